// SPDX-License-Identifier: Apache-2.0

#include "cli/command.h"

#include <string>

#include "absl/status/status.h"

namespace privet::cli {

CLI::App* AddCommand(CLI::App* app, const std::string& name,
                     const std::string& about, const std::string& details) {
  CLI::App* command = app->add_subcommand(name, about);
  command->footer(details + "\n\n" + app->get_footer());
  return command;
}

void AddPolicyOperand(CLI::App* command, std::string* path) {
  command
      ->add_option("POLICY", *path,
                   "File with a privet.v1.Policy in protobuf text format")
      ->required();
}

void AddJsonFlag(CLI::App* command, bool* json) {
  command->add_flag("--json", *json, "Print one JSON document, for programs");
}

int Fail(const absl::Status& status, const Output& output) {
  output.err << std::string(status.message()) << "\n";
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
      return kNo;
    default:
      return kNoAnswer;
  }
}

nlohmann::ordered_json ToJson(const Diagnostic& diagnostic) {
  nlohmann::ordered_json json;
  json["file"] = diagnostic.file;
  json["line"] = diagnostic.line;
  json["column"] = diagnostic.column;
  json["path"] = diagnostic.path;
  json["message"] = diagnostic.message;
  json["remedy"] = diagnostic.remedy;
  return json;
}

void Print(const nlohmann::ordered_json& json, std::ostream& out) {
  // A name may hold bytes that are no UTF-8; they are shown as such.
  out << json.dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace)
      << "\n";
}

}  // namespace privet::cli
