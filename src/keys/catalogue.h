// SPDX-License-Identifier: Apache-2.0
//
// Rows of the vault that explain numbers of records: classes, compartments and
// slots; and the names that stand in keys and sealed bytes. They need no key.
// Each is durable before the first record that has its number or name, and
// never changes after.

#ifndef PRIVET_KEYS_CATALOGUE_H_
#define PRIVET_KEYS_CATALOGUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "policy/retention_class.h"
#include "privet/store.h"

namespace privet::keys {

// Slots of a person's keys; the others are SlotNumber() of what they are for.
inline constexpr std::uint32_t kErasableSlot = base::kErasableSlot;
inline constexpr std::uint32_t kLinkSlot = 1;
inline constexpr std::uint32_t kFirstNamedSlot = base::kFirstNamedSlot;

// Kinds of a slot.
inline constexpr char kObligationSlot[] = "obligation";
inline constexpr char kEventSlot[] = "event";
inline constexpr char kHoldSlot[] = "hold";

// What a slot of 16 or more is for.
struct SlotKind {
  std::string kind;  // "obligation", "event", "hold"
  std::string name;  // id of the obligation; else empty
  std::uint32_t retention_class = 0;

  friend bool operator==(const SlotKind& a, const SlotKind& b) {
    return a.kind == b.kind && a.name == b.name &&
           a.retention_class == b.retention_class;
  }
};

// Returns id4(info("privet/1/slot", kind, name, u32 class)); InvalidArgument
// if that is a reserved number, below 16.
absl::StatusOr<std::uint32_t> SlotNumber(const SlotKind& kind);

// Writes the row of a class, a compartment or a slot if there is none, and
// returns the row that the vault holds then, be it another one: the caller
// decides whether the two go together. Rows are the caller's own format.
absl::StatusOr<std::string> RememberClass(Store& vault,
                                          std::uint32_t retention_class,
                                          std::string_view row);
absl::StatusOr<std::string> RememberCompartment(Store& vault,
                                                std::uint32_t type,
                                                std::uint32_t compartment,
                                                std::string_view row);
// Returns the number; FailedPrecondition if another slot has it already.
absl::StatusOr<std::uint32_t> RememberSlot(Store& vault, const SlotKind& kind);

// Names that stand in keys and sealed bytes, beside those in rows of classes
// and slots. Numbers are part of the format.
enum class NameKind : std::uint8_t {
  kPolicy = 1,
  kRecordType = 2,
  kRecipient = 3,
  kCategory = 4,
};
struct SealedName {
  NameKind kind{};
  std::string name;  // the oldest
};

// Writes the rows of those names that have none.
absl::Status RememberNames(Store& vault, absl::Span<const SealedName> names);

// Returns the row, or nullopt. A slot's number follows from what it is for: a
// row that says something else counts for none.
absl::StatusOr<std::optional<std::string>> FindClass(
    Store& vault, std::uint32_t retention_class);
absl::StatusOr<std::optional<std::string>> FindCompartment(
    Store& vault, std::uint32_t type, std::uint32_t compartment);
absl::StatusOr<std::optional<SlotKind>> FindSlot(Store& vault,
                                                 std::uint32_t slot);

// Returns every class, in no order. DataLoss if a row does not parse.
absl::StatusOr<std::vector<policy::RetentionClass>> AllClasses(Store& vault);

// Visits every name, in no order, until `visit` returns false. `visit` may not
// call the store.
absl::Status ForEachName(
    Store& vault,
    absl::FunctionRef<bool(NameKind kind, std::string_view name)> visit);
// The same of every compartment.
absl::Status ForEachCompartment(
    Store& vault,
    absl::FunctionRef<bool(std::uint32_t type, std::uint32_t compartment,
                           std::string_view row)>
        visit);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_CATALOGUE_H_
