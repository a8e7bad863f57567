// SPDX-License-Identifier: Apache-2.0
//
// privet keys: the root key, and how the vault stands.

#include "privet/keys.h"

#include <fcntl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/posix_file.h"
#include "base/prefix.h"
#include "base/status_macros.h"
#include "cli/command.h"
#include "crypto/wipe.h"
#include "keys/ledger.h"
#include "keys/root_text.h"
#include "keys/rows.h"
#include "local/folders.h"
#include "privet/sqlite.h"

namespace privet::cli {
namespace {

struct Options {
  std::string path;
  bool json = false;
};

int New(const std::string& path, const Output& output) {
  const absl::Status status = CreateKeyFile(path);
  if (!status.ok()) return Fail(status, output);
  output.out << path << ": a new root key of generation 1. Copy it into a "
             << "safe, now; without it, nothing that it seals can be read\n";
  return kYes;
}

// Returns the root keys of a file that OpenKeyFile() finds nothing wrong with.
absl::StatusOr<std::vector<keys::RootKey>> ReadRoots(const std::string& path) {
  PRIVET_RETURN_IF_ERROR(OpenKeyFile(path).status());
  PRIVET_ASSIGN_OR_RETURN(base::File file, base::OpenAt(path, O_RDONLY));
  PRIVET_ASSIGN_OR_RETURN(std::string text, base::ReadFrom(file, path, 0));
  absl::StatusOr<std::vector<keys::RootKey>> roots =
      keys::ParseRootText(path, text);
  crypto::Wipe(text.data(), text.size());
  return roots;
}

int Export(const std::string& path, const Output& output) {
  const auto roots = ReadRoots(path);
  if (!roots.ok()) return Fail(roots.status(), output);
  for (const keys::RootKey& root : *roots) {
    const Secret line = keys::RootLine(root);
    output.out << line.Reveal() << "\n";
  }
  return kYes;
}

// What `keys status` tells; no part of it is secret.
struct Status {
  std::string root;
  std::vector<std::uint32_t> generations;
  std::uint64_t ledger = 0;  // number of its last entry
  bool has_vault = false;
  std::uint64_t vault_ledger = 0;  // number of the last that is in the vault
  std::uint64_t behind = 0;        // of those after it, that concern keys
  std::size_t subject_keys = 0, epoch_keys = 0;
};

absl::StatusOr<std::size_t> CountRows(Store& vault, keys::KeyKind kind) {
  const std::string prefix = keys::KeyRow(kind, "");
  std::size_t count = 0;
  PRIVET_RETURN_IF_ERROR(vault.Scan(prefix, base::EndOfPrefix(prefix),
                                    [&](std::string_view, std::string_view) {
                                      ++count;
                                      return true;
                                    }));
  return count;
}

// Reads how far the vault has come. What people said, which is most of a
// ledger, moves no key and leaves the vault's mark where it is.
absl::Status ReadMark(Store& vault, keys::Ledger& ledger, Status* status) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          vault.Read(keys::kLedgerRow));
  if (!row) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(const keys::LedgerMark mark,
                          keys::LedgerMark::Parse(*row));
  status->vault_ledger = mark.number;
  return ledger.Read(mark, [status](const keys::LedgerEntry& entry) {
    status->behind += keys::IsOfVault(entry.kind) ? 1 : 0;
    return true;
  });
}

absl::Status ReadVault(const std::string& path, keys::Ledger& ledger,
                       Status* status) {
  SqliteOptions there;
  there.create = false;
  const auto vault = OpenSqliteStore(path, there);
  if (absl::IsNotFound(vault.status())) return absl::OkStatus();
  PRIVET_RETURN_IF_ERROR(vault.status());
  status->has_vault = true;
  PRIVET_RETURN_IF_ERROR(ReadMark(**vault, ledger, status));
  PRIVET_ASSIGN_OR_RETURN(status->subject_keys,
                          CountRows(**vault, keys::KeyKind::kSubject));
  PRIVET_ASSIGN_OR_RETURN(status->epoch_keys,
                          CountRows(**vault, keys::KeyKind::kEpoch));
  return absl::OkStatus();
}

absl::StatusOr<Status> ReadStatus(const std::string& folder) {
  const local::Folders folders(folder);
  PRIVET_RETURN_IF_ERROR(local::Check(folders));
  Status status;
  PRIVET_ASSIGN_OR_RETURN(const auto provider, OpenKeyFile(folders.root));
  status.root = provider->Describe();
  PRIVET_ASSIGN_OR_RETURN(const auto roots, ReadRoots(folders.root));
  for (const keys::RootKey& root : roots) {
    status.generations.push_back(root.generation);
  }
  std::sort(status.generations.begin(), status.generations.end());
  PRIVET_ASSIGN_OR_RETURN(const auto ledger,
                          keys::Ledger::Open(folders.ledger));
  PRIVET_ASSIGN_OR_RETURN(const keys::LedgerMark head, ledger->Head());
  status.ledger = head.number;
  PRIVET_RETURN_IF_ERROR(ReadVault(folders.vault, *ledger, &status));
  return status;
}

int PrintStatus(const Options& options, const Output& output) {
  const absl::StatusOr<Status> status = ReadStatus(options.path);
  if (!status.ok()) return Fail(status.status(), output);
  if (options.json) {
    Print({{"root", status->root},
           {"generations", status->generations},
           {"ledger", status->ledger},
           {"vault", status->has_vault},
           {"vault_ledger", status->vault_ledger},
           {"vault_behind", status->behind},
           {"subject_keys", status->subject_keys},
           {"epoch_keys", status->epoch_keys}},
          output.out);
    return kYes;
  }
  output.out << status->root << ": " << status->generations.size()
             << (status->generations.size() == 1 ? " root key" : " root keys")
             << ", current generation " << status->generations.back() << "\n"
             << "ledger: " << status->ledger << " entries\n";
  if (!status->has_vault) {
    output.out << "vault: none yet; the first start makes it\n";
    return kYes;
  }
  output.out << "vault: " << status->subject_keys << " keys of people, "
             << status->epoch_keys << " keys of epochs";
  if (status->behind > 0) {
    output.out << "; the ledger has " << status->behind
               << " entries about keys that the vault lacks, and that the next "
               << "start replays";
  }
  output.out << "\n";
  return kYes;
}

}  // namespace

void AddKeys(CLI::App* app, Action* action) {
  CLI::App* keys = AddCommand(
      app, "keys", "Make, show or export root keys",
      "Without its root key, nothing that a vault sealed can be read.");
  keys->require_subcommand(1);

  auto created = std::make_shared<Options>();
  CLI::App* make = AddCommand(
      keys, "new", "Write a new key file",
      "The file is readable by its owner only. Copy it into a safe, now.");
  make->add_option("FILE", created->path, "File to make")->required();
  make->callback([created, action] {
    *action = [created](const Output& output) {
      return New(created->path, output);
    };
  });

  auto shown = std::make_shared<Options>();
  CLI::App* status = AddCommand(
      keys, "status", "Say how keys, vault and ledger of FOLDER stand",
      "Prints nothing that is secret.");
  status->add_option("FOLDER", shown->path, "Folder of `privet init`")
      ->required();
  AddJsonFlag(status, &shown->json);
  status->callback([shown, action] {
    *action = [shown](const Output& output) {
      return PrintStatus(*shown, output);
    };
  });

  auto exported = std::make_shared<Options>();
  CLI::App* safe =
      AddCommand(keys, "export", "Print the lines of a key file, for a safe",
                 "SECRET: for paper, or a medium that is locked away.");
  safe->add_option("FILE", exported->path,
                   "Key file, such as "
                   "`privacy.keys/root.keys`")
      ->required();
  safe->callback([exported, action] {
    *action = [exported](const Output& output) {
      return Export(exported->path, output);
    };
  });
}

}  // namespace privet::cli
