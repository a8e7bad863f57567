// SPDX-License-Identifier: Apache-2.0
//
// Runs the command lines of a transcript, and compares what they print.
//
//   # a comment
//   $ privet check good.textproto
//   good.textproto: ok
//   $ privet check bad.textproto   # exit 1
//   …
//
// `$TMP` stands for a folder that is empty at the start, in what is run and in
// what is printed. What goes to standard error is marked by `! `; a blank line
// ends what was printed, and one that was printed is `.`. To write transcripts
// anew, set PRIVET_WRITE_TRANSCRIPTS, and read the difference.

#ifndef PRIVET_TESTS_CLI_TRANSCRIPT_H_
#define PRIVET_TESTS_CLI_TRANSCRIPT_H_

#include <string>

namespace privet::cli {

// Returns the transcript as it came out; equal to the file if all is well.
std::string Replay(const std::string& path, const std::string& folder);

// Returns the text of a file.
std::string ReadText(const std::string& path);

}  // namespace privet::cli

#endif  // PRIVET_TESTS_CLI_TRANSCRIPT_H_
