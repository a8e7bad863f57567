// SPDX-License-Identifier: Apache-2.0
//
// privet check: does a policy load, and what is worth a second look?

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "policy/policy_access.h"
#include "privet/policy.h"
#include "privet/v1/policy.pb.h"

namespace privet::cli {
namespace {

struct Options {
  std::string path;
  bool json = false;
  bool quiet = false;
  bool strict = false;
};

// What the policy holds, by the words of the language.
struct Count {
  const char* one;
  const char* many;
  int number;
};

std::vector<Count> CountsOf(const v1::Policy& policy) {
  return {{"record", "records", policy.record_size()},
          {"category", "categories", policy.category_size()},
          {"purpose", "purposes", policy.purpose_size()},
          {"actor", "actors", policy.actor_size()},
          {"recipient", "recipients", policy.recipient_size()},
          {"rule", "rules", policy.rule_size()},
          {"retention", "retentions", policy.retention_size()},
          {"invariant", "invariants",
           policy.never_size() + policy.always_size() + policy.only_size()}};
}

std::string SummaryOf(const Policy& policy) {
  std::string text = "ok, " + std::string(policy.id()) + " version " +
                     std::to_string(policy.version());
  for (const Count& count : CountsOf(policy::PolicyAccess::MessageOf(policy))) {
    text += ", " + std::to_string(count.number) + " " +
            (count.number == 1 ? count.one : count.many);
  }
  return text + " proved";
}

int PrintErrors(const Options& options, const absl::Status& status,
                const Diagnostics& errors, const Output& output) {
  if (errors.empty()) return Fail(status, output);
  if (options.json) {
    nlohmann::ordered_json json = {{"ok", false}};
    json["errors"] = nlohmann::ordered_json::array();
    for (const Diagnostic& error : errors) {
      json["errors"].push_back(ToJson(error));
    }
    Print(json, output.out);
    return kNo;
  }
  for (const Diagnostic& error : errors) {
    output.out << error.ToString() << "\n";
  }
  output.out << options.path << ": " << errors.size()
             << (errors.size() == 1 ? " error" : " errors") << "\n";
  return kNo;
}

int PrintFindings(const Options& options, const Policy& policy,
                  const Output& output) {
  Diagnostics findings;
  if (!options.quiet || options.strict) findings = policy.Lint();
  int warnings = 0;
  for (const Diagnostic& finding : findings) {
    warnings += finding.severity == Diagnostic::Severity::kWarning ? 1 : 0;
  }
  const int code = options.strict && warnings > 0 ? kNo : kYes;
  if (options.quiet) findings.clear();
  if (options.json) {
    nlohmann::ordered_json json = {{"ok", code == kYes},
                                   {"id", std::string(policy.id())},
                                   {"version", policy.version()}};
    for (const Count& count :
         CountsOf(policy::PolicyAccess::MessageOf(policy))) {
      json["holds"][count.many] = count.number;
    }
    json["warnings"] = nlohmann::ordered_json::array();
    json["notes"] = nlohmann::ordered_json::array();
    for (const Diagnostic& finding : findings) {
      const bool is_note = finding.severity == Diagnostic::Severity::kNote;
      json[is_note ? "notes" : "warnings"].push_back(ToJson(finding));
    }
    Print(json, output.out);
    return code;
  }
  for (const Diagnostic& finding : findings) {
    // A note is about a kind of block as a whole: its place is enough.
    output.out << (finding.severity == Diagnostic::Severity::kNote
                       ? finding.Summary()
                       : finding.ToString())
               << "\n";
  }
  output.out << options.path << ": " << SummaryOf(policy) << "\n";
  return code;
}

int Check(const Options& options, const Output& output) {
  Diagnostics errors;
  absl::StatusOr<Policy> policy = Policy::Load(options.path, &errors);
  if (!policy.ok()) {
    return PrintErrors(options, policy.status(), errors, output);
  }
  return PrintFindings(options, *policy, output);
}

}  // namespace

void AddCheck(CLI::App* app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = AddCommand(
      app, "check", "Read, check and prove a policy: errors, warnings",
      "Prints every error with its place and a way out; of a policy that "
      "loads, "
      "what is\nworth a second look, and what is declared and not acted on "
      "yet.");
  AddPolicyOperand(command, &options->path);
  command->add_flag("--quiet", options->quiet, "Leave out warnings and notes");
  command->add_flag("--strict", options->strict, "Exit with 1 for a warning");
  AddJsonFlag(command, &options->json);
  command->callback([options, action] {
    *action = [options](const Output& output) {
      return Check(*options, output);
    };
  });
}

}  // namespace privet::cli
