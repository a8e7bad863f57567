// SPDX-License-Identifier: Apache-2.0

#include "keys/catalogue.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/bytes.h"
#include "base/prefix.h"
#include "base/retry.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "keys/draft.h"
#include "keys/rows.h"
#include "policy/retention_class.h"

namespace privet::keys {
namespace {

// Writes the row if there is none; returns what is there then.
absl::StatusOr<std::string> Remember(Store& vault, const std::string& name,
                                     std::string_view row) {
  std::string found;
  PRIVET_RETURN_IF_ERROR(base::RetryAborted([&]() -> absl::Status {
    Draft draft(&vault);
    PRIVET_ASSIGN_OR_RETURN(std::optional<std::string> there, draft.Read(name));
    found = there.value_or(std::string(row));
    if (there.has_value()) return absl::OkStatus();
    draft.Set(name, found);
    return draft.Commit();
  }));
  return found;
}

std::string SlotRow(const SlotKind& kind) {
  return base::Info(kind.kind, kind.name, kind.retention_class);
}

absl::StatusOr<SlotKind> ParseSlotRow(std::string_view row) {
  base::ByteReader reader(row);
  SlotKind kind;
  kind.kind = std::string(reader.Part());
  kind.name = std::string(reader.Part());
  base::ByteReader number(reader.Part());
  kind.retention_class = number.Int<std::uint32_t>();
  if (!reader.ok() || !reader.AtEnd() || !number.ok() || !number.AtEnd()) {
    return absl::DataLossError("a slot row of the vault is malformed");
  }
  return kind;
}

// The numbers after the first byte of a row's name.
std::uint32_t NumberAt(std::string_view name, int index) {
  base::ByteReader reader(name.substr(1));
  for (int i = 0; i < index; ++i) reader.Int<std::uint32_t>();
  return reader.Int<std::uint32_t>();
}

std::string FirstBytes(const std::string& name) { return name.substr(0, 1); }

}  // namespace

absl::StatusOr<std::uint32_t> SlotNumber(const SlotKind& kind) {
  const std::uint32_t number = crypto::Id4(
      base::Info("privet/1/slot", kind.kind, kind.name, kind.retention_class));
  if (number >= kFirstNamedSlot) return number;
  return absl::InvalidArgumentError(absl::StrCat(
      "the name `", kind.name, "` of an ", kind.kind,
      " gives a slot number that is reserved; choose another name"));
}

absl::StatusOr<std::string> RememberClass(Store& vault,
                                          std::uint32_t retention_class,
                                          std::string_view row) {
  return Remember(vault, ClassRowName(retention_class), row);
}

absl::StatusOr<std::string> RememberCompartment(Store& vault,
                                                std::uint32_t type,
                                                std::uint32_t compartment,
                                                std::string_view row) {
  return Remember(vault, CompartmentRowName(type, compartment), row);
}

absl::StatusOr<std::uint32_t> RememberSlot(Store& vault, const SlotKind& kind) {
  PRIVET_ASSIGN_OR_RETURN(const std::uint32_t number, SlotNumber(kind));
  const std::string row = SlotRow(kind);
  PRIVET_ASSIGN_OR_RETURN(const std::string found,
                          Remember(vault, SlotRowName(number), row));
  if (found == row) return number;
  return absl::FailedPreconditionError(
      absl::StrCat("the ", kind.kind, " `", kind.name,
                   "` gives a slot number that another name has in the vault; "
                   "choose another name"));
}

absl::Status RememberNames(Store& vault, absl::Span<const SealedName> names) {
  return base::RetryAborted([&]() -> absl::Status {
    Draft draft(&vault);
    for (const SealedName& name : names) {
      const std::string row =
          SealedNameRowName(static_cast<std::uint8_t>(name.kind), name.name);
      PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> there,
                              draft.Read(row));
      if (!there.has_value()) draft.Set(row, std::string());
    }
    return draft.empty() ? absl::OkStatus() : draft.Commit();
  });
}

absl::StatusOr<std::optional<std::string>> FindClass(
    Store& vault, std::uint32_t retention_class) {
  return vault.Read(ClassRowName(retention_class));
}

absl::StatusOr<std::optional<std::string>> FindCompartment(
    Store& vault, std::uint32_t type, std::uint32_t compartment) {
  return vault.Read(CompartmentRowName(type, compartment));
}

absl::StatusOr<std::optional<SlotKind>> FindSlot(Store& vault,
                                                 std::uint32_t slot) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          vault.Read(SlotRowName(slot)));
  if (!row.has_value()) return std::nullopt;
  PRIVET_ASSIGN_OR_RETURN(SlotKind kind, ParseSlotRow(*row));
  const absl::StatusOr<std::uint32_t> number = SlotNumber(kind);
  if (!number.ok() || *number != slot) return std::nullopt;
  return kind;
}

absl::StatusOr<std::vector<policy::RetentionClass>> AllClasses(Store& vault) {
  const std::string prefix = FirstBytes(ClassRowName(0));
  std::vector<policy::RetentionClass> classes;
  absl::Status parsed;
  PRIVET_RETURN_IF_ERROR(
      vault.Scan(prefix, base::EndOfPrefix(prefix),
                 [&](std::string_view, std::string_view row) {
                   auto found = policy::RetentionClass::Parse(row);
                   parsed = found.status();
                   if (found.ok()) classes.push_back(*std::move(found));
                   return parsed.ok();
                 }));
  PRIVET_RETURN_IF_ERROR(parsed);
  return classes;
}

absl::Status ForEachName(
    Store& vault,
    absl::FunctionRef<bool(NameKind kind, std::string_view name)> visit) {
  const std::string prefix = FirstBytes(SealedNameRowName(0, ""));
  return vault.Scan(prefix, base::EndOfPrefix(prefix),
                    [&](std::string_view name, std::string_view) {
                      name.remove_prefix(1);
                      if (name.empty()) return true;
                      const auto kind = static_cast<NameKind>(name.front());
                      return visit(kind, name.substr(1));
                    });
}

absl::Status ForEachCompartment(
    Store& vault,
    absl::FunctionRef<bool(std::uint32_t type, std::uint32_t compartment,
                           std::string_view row)>
        visit) {
  const std::string prefix = FirstBytes(CompartmentRowName(0, 0));
  return vault.Scan(prefix, base::EndOfPrefix(prefix),
                    [&](std::string_view name, std::string_view row) {
                      return visit(NumberAt(name, 0), NumberAt(name, 1), row);
                    });
}

}  // namespace privet::keys
