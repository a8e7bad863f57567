// SPDX-License-Identifier: Apache-2.0
//
// The reader of policies takes no text that protobuf's own refuses, reads the
// same message, and puts every error at a place of the text; and the check
// looks at any message without harm.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/fuzz_target.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "policy/check.h"
#include "policy/located.h"
#include "policy/reader.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

class Quiet : public google::protobuf::io::ErrorCollector {
 public:
  // Protobuf's names for it, before and after release 26.
  void AddError(int, google::protobuf::io::ColumnNumber,  // NOLINT
                const std::string&) {}
  void RecordError(int, google::protobuf::io::ColumnNumber,  // NOLINT
                   absl::string_view) {}
};

void CheckAgreement(const std::string& text, const v1::Policy& message) {
  Quiet quiet;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&quiet);
  v1::Policy expected;
  Require(parser.ParseFromString(text, &expected));
  using google::protobuf::util::MessageDifferencer;
  // NaN is not equal to itself.
  Require(expected.SerializeAsString() == message.SerializeAsString() ||
          MessageDifferencer::Equals(expected, message));
}

void Run(const std::string& text) {
  const SourceText source("p", text);
  TextErrors errors;
  const SyntaxTree tree = Read(source, *v1::Policy::descriptor(), &errors);
  v1::Policy message;
  SetMessage(tree, &message, &errors);
  if (errors.empty()) CheckAgreement(text, message);
  Diagnostics diagnostics;
  for (const TextError& error : errors.Sorted()) {
    Require(error.range.begin <= error.range.end);
    Require(error.range.end <= text.size() + 1);
    diagnostics.push_back(Locate(error, source));
  }
  for (const Finding& finding : Check(message)) {
    diagnostics.push_back(Locate(finding, {&source, &tree}));
  }
  SortDiagnostics(&diagnostics);
  Require(diagnostics.empty() == ToText(diagnostics).empty());
}

}  // namespace
}  // namespace privet::policy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  privet::policy::Run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  return {
      "id: \"a\" version: 0x1F was: ['b', \"c\" 'd'] # comment\n",
      "category { id: \"a.b\" flags: [SPECIAL, 4] source: PROVIDED }\n"
      "purpose { id: \"p\" basis: CONSENT kinds: SALE }\n",
      "rule { name: \"r\" permit { categories: [\"*\"] purposes: [\"p\"] }\n"
      "  transform { chain { step { truncate { characters: 3 } } } } }\n",
      "rule < name: 'r' require: <> transform: [{drop{}}, <whole<>>]; >\n",
      "retention { id: \"r\" categories: \"a\" keep: \"30d\" then: ANONYMIZE\n"
      "  residue { becomes: \"b\" bucket { bounds: [-1, .5, 1e3, inf] } } }\n",
      "record { type: \"a.B\" field { path: \"x\" type: INT64 number: 1\n"
      "  index { population: -9223372036854775808 bits: 8 } public: true } }\n",
      "recipient { id: \"r\" via: \"r\" role: PROCESSOR agreement { ends: "
      "\"2026-02-30\" } }\nregion { id: \"s\" members: [\"s\", \"de\"] }\n",
      "transform { custom { parameters { key: \"k\" value: \"\\x41\\u00e9\" } "
      "} "
      "}\n\xe2\x80\x9c\t",
  };
}
