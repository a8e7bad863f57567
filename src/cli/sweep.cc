// SPDX-License-Identifier: Apache-2.0
//
// privet sweep: expires what is due. It reads no root key.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/command.h"
#include "privet/clock.h"
#include "privet/local.h"
#include "privet/sweeper.h"

namespace privet::cli {
namespace {

struct Options {
  std::string folder;
  bool json = false;
};

nlohmann::ordered_json ToJson(const SweepReport& report) {
  nlohmann::ordered_json json = {
      {"records", report.records},   {"compartments", report.compartments},
      {"keys", report.keys},         {"without_ground", report.without_ground},
      {"residues", report.residues}, {"damaged", report.damaged},
      {"scrubbed", report.scrubbed}};
  json["classes"] = nlohmann::ordered_json::array();
  for (const SweepReport::OfClass& of : report.classes) {
    json["classes"].push_back({{"retentions", of.retentions},
                               {"keys", of.keys},
                               {"compartments", of.compartments}});
  }
  return json;
}

void PrintReport(const SweepReport& report, std::ostream& out) {
  for (const SweepReport::OfClass& of : report.classes) {
    out << of.retentions << ": " << of.keys << " keys destroyed, "
        << of.compartments << " parts of records dropped\n";
  }
  out << report.records << " records removed, " << report.compartments
      << " parts dropped (" << report.without_ground
      << " for want of a ground), " << report.keys << " keys destroyed, "
      << report.residues << " residues stored\n";
  if (report.damaged > 0) {
    out << report.damaged
        << " stored rows do not parse and were left alone: look at them\n";
  }
  if (!report.scrubbed) {
    out << "a reader keeps old pages of the vault alive: sweep again\n";
  }
}

int Sweep(const Options& options, const Output& output) {
  const absl::StatusOr<SweepReport> report = SweepLocal(options.folder);
  if (!report.ok()) return Fail(report.status(), output);
  if (options.json) {
    Print(ToJson(*report), output.out);
  } else {
    PrintReport(*report, output.out);
  }
  return kYes;
}

}  // namespace

void AddSweep(CLI::App* app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      AddCommand(app, "sweep", "Expire what is due in FOLDER, once",
                 "Destroys the keys that are due, then drops what they sealed. "
                 "Needs no root key:\n"
                 "run it daily, in a process that it is hidden from.");
  command->add_option("FOLDER", options->folder, "Folder of `privet init`")
      ->required();
  AddJsonFlag(command, &options->json);
  command->callback([options, action] {
    *action = [options](const Output& output) {
      return Sweep(*options, output);
    };
  });
}

}  // namespace privet::cli
