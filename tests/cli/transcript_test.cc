// SPDX-License-Identifier: Apache-2.0

#include "cli/transcript.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "cli/run.h"
#include "support/catch.h"

namespace privet::cli {
namespace {

void ReplaceAll(const std::string& from, const std::string& to,
                std::string* text) {
  for (std::size_t at = text->find(from); at != std::string::npos;
       at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
  }
}

// Words, of which quotes hold several together.
std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, any = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
      any = true;
    } else if (c == ' ' && !quoted) {
      if (any) words.push_back(word);
      word.clear();
      any = false;
    } else {
      word.push_back(c);
      any = true;
    }
  }
  if (any) words.push_back(word);
  return words;
}

std::string Marked(const std::string& text, const std::string& mark) {
  std::string marked, line;
  std::istringstream lines(text);
  while (std::getline(lines, line)) {
    // A blank line ends what a command printed, so one of its own is a dot.
    marked += mark + (line.empty() && mark.empty() ? "." : line) + "\n";
  }
  return marked;
}

std::string RunLine(const std::string& line, const std::string& folder) {
  std::string command = line.substr(2, line.find("  #") - 2);
  ReplaceAll("$TMP", folder, &command);
  std::vector<std::string> words = Words(command);
  std::ostringstream out, err;
  int code = 0;
  if (words.at(0) == "cat") {
    out << ReadText(words.at(1));
  } else {
    words.erase(words.begin());
    code = Run(words, out, err);
  }
  std::string printed = Marked(out.str(), "") + Marked(err.str(), "! ");
  ReplaceAll(folder, "$TMP", &printed);
  const std::string bare = line.substr(0, line.find("  #"));
  return bare + (code == 0 ? "" : "  # exit " + std::to_string(code)) + "\n" +
         printed;
}

}  // namespace

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string Replay(const std::string& path, const std::string& folder) {
  std::istringstream lines(ReadText(path));
  std::string replayed, line;
  bool in_output = false;
  while (std::getline(lines, line)) {
    if (line.rfind("$ ", 0) == 0) {
      replayed += RunLine(line, folder);
      in_output = true;
    } else if (line.empty()) {
      replayed += "\n";
      in_output = false;
    } else if (!in_output && line[0] == '#') {
      replayed += line + "\n";
    }
  }
  return replayed;
}

namespace {

TEST_CASE("The command does and prints what its transcripts say",
          "[cli][transcript]") {
  const std::string name =
      GENERATE(as<std::string>{}, "help", "check", "explain", "generate");
#if CLI11_VERSION_MAJOR != 2 || CLI11_VERSION_MINOR > 1 || \
    !defined(PRIVET_CLI_LOCAL)
  if (name == "help") return;  // laid out in another way, or without some of it
#endif
  const std::string path = "tests/cli/" + name + ".transcript.txt";
  char folder[] = "/tmp/privet-transcript-XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  DYNAMIC_SECTION(name) {
    const std::string replayed = Replay(path, folder);
    if (std::getenv("PRIVET_WRITE_TRANSCRIPTS") != nullptr) {
      std::ofstream(path, std::ios::binary) << replayed;
    }
    CHECK(replayed == ReadText(path));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("Help names every option and the exit codes", "[cli]") {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{"--help"}, {"check", "--help"}}) {
    std::ostringstream out, err;
    CHECK(Run(args, out, err) == 0);
    CHECK(err.str() == "");
    for (const char* part : {"check", "Exit codes: 0 yes"}) {
      CHECK_THAT(out.str(), testing::ContainsSubstring(part));
    }
  }
}

}  // namespace
}  // namespace privet::cli
