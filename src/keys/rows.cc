// SPDX-License-Identifier: Apache-2.0

#include "keys/rows.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"

namespace privet::keys {
namespace {

// First bytes of names that are no wrapped keys; those are the KeyKind.
constexpr char kClass = 'c';
constexpr char kDeadline = 'd';
constexpr char kCompartment = 'f';
constexpr char kGone = 'g';
constexpr char kName = 'n';
constexpr char kOwner = 'o';
constexpr char kSlot = 's';
constexpr char kUnsettled = 'u';

constexpr std::uint8_t kOwnerRowVersion = 1;
constexpr std::size_t kNumberSize = 4;

std::string Numbers(char kind, std::uint32_t first) {
  std::string name(1, kind);
  base::AppendInt(&name, first);
  return name;
}

// Big-endian, so that rows sort by it.
void AppendSortable(std::string* out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out->push_back(
        static_cast<char>(static_cast<unsigned char>(value >> shift)));
  }
}

std::uint64_t LoadSortable(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes)
    value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

absl::Status Malformed(const char* what) {
  return absl::DataLossError(std::string(what) + " of the vault is malformed");
}

std::uint32_t LastNumber(std::string_view name) {
  return base::LoadInt<std::uint32_t>(name.data() + name.size() - kNumberSize);
}

}  // namespace

std::string VaultKeyName(std::uint32_t generation) {
  std::string name;
  base::AppendInt(&name, generation);
  return name;
}

std::string SubjectKeyName(const SlotKey& key) {
  std::string name(key.owner.view());
  base::AppendInt(&name, key.slot);
  base::AppendInt(&name, key.generation);
  return name;
}

std::string EpochKeyName(std::uint32_t retention_class, std::uint32_t epoch) {
  std::string name;
  base::AppendInt(&name, retention_class);
  base::AppendInt(&name, epoch);
  return name;
}

std::string KeyRow(KeyKind kind, std::string_view name) {
  return std::string(1, static_cast<char>(kind)).append(name);
}

std::string GoneRow(KeyKind kind, std::string_view name) {
  return std::string(1, kGone) + KeyRow(kind, name);
}

std::string EpochRows(std::uint32_t retention_class) {
  return Numbers(static_cast<char>(KeyKind::kEpoch), retention_class);
}

std::string GoneSlotRows(const OwnerId& owner, std::uint32_t slot) {
  std::string prefix = GoneRow(KeyKind::kSubject, owner.view());
  base::AppendInt(&prefix, slot);
  return prefix;
}

std::uint32_t EpochOfRow(std::string_view row_name) {
  return LastNumber(row_name);
}

std::uint32_t GenerationOfGoneRow(std::string_view row_name) {
  return LastNumber(row_name);
}

std::string OwnerRowName(const OwnerId& owner) {
  return std::string(1, kOwner).append(owner.view());
}

std::string LookUpRowName(std::string_view name) {
  return KeyRow(KeyKind::kTag, name);
}

std::string ClassRowName(std::uint32_t retention_class) {
  return Numbers(kClass, retention_class);
}

std::string CompartmentRowName(std::uint32_t type, std::uint32_t compartment) {
  std::string name = Numbers(kCompartment, type);
  base::AppendInt(&name, compartment);
  return name;
}

std::string SlotRowName(std::uint32_t slot) { return Numbers(kSlot, slot); }

std::string DeadlineRowName(std::int64_t ms, const OwnerId& owner,
                            std::uint32_t slot) {
  std::string name(1, kDeadline);
  AppendSortable(&name, static_cast<std::uint64_t>(ms));
  name.append(owner.view());
  base::AppendInt(&name, slot);
  return name;
}

std::string SealedNameRowName(std::uint8_t kind, std::string_view name) {
  std::string row(1, kName);
  row.push_back(static_cast<char>(kind));
  return row.append(name);
}

std::string UnsettledRowName(const OwnerId& owner) {
  return std::string(1, kUnsettled).append(owner.view());
}

absl::StatusOr<DeadlineName> ParseDeadlineRow(std::string_view row_name) {
  base::ByteReader reader(row_name);
  DeadlineName name;
  const std::string_view kind = reader.Take(1);
  name.ms = static_cast<std::int64_t>(LoadSortable(reader.Take(8)));
  const std::string_view owner = reader.Take(16);
  name.slot = reader.Int<std::uint32_t>();
  if (!reader.ok() || !reader.AtEnd() || kind[0] != kDeadline) {
    return Malformed("a deadline row");
  }
  std::memcpy(name.owner.bytes.data(), owner.data(), owner.size());
  return name;
}

std::string EndOfDeadlines(std::int64_t ms) {
  std::string name(1, kDeadline);
  AppendSortable(&name, static_cast<std::uint64_t>(ms < 0 ? 0 : ms + 1));
  return name;
}

const OwnerRow::Slot* OwnerRow::Find(std::uint32_t slot) const {
  for (const Slot& entry : slots) {
    if (entry.slot == slot) return &entry;
  }
  return nullptr;
}

std::string OwnerRow::Serialize() const {
  std::string row;
  base::AppendInt(&row, kOwnerRowVersion);
  base::AppendInt(&row, static_cast<std::uint8_t>(state));
  row.append(look_up.data(), look_up.size());
  base::AppendInt(&row, static_cast<std::uint16_t>(slots.size()));
  for (const Slot& slot : slots) {
    base::AppendInt(&row, slot.slot);
    base::AppendInt(&row, slot.generation);
  }
  for (const Deadline& deadline : deadlines) {
    base::AppendInt(&row, deadline.slot);
    base::AppendInt(&row, static_cast<std::uint64_t>(deadline.ms));
  }
  return row;
}

absl::StatusOr<OwnerRow> OwnerRow::Parse(std::string_view bytes) {
  base::ByteReader reader(bytes);
  const auto version = reader.Int<std::uint8_t>();
  const auto state = reader.Int<std::uint8_t>();
  OwnerRow row;
  row.state = static_cast<OwnerState>(state);
  const std::string_view look_up = reader.Take(row.look_up.size());
  const auto slots = reader.Int<std::uint16_t>();
  for (int i = 0; i < slots && reader.ok(); ++i) {
    const auto slot = reader.Int<std::uint32_t>();
    row.slots.push_back({slot, reader.Int<std::uint32_t>()});
  }
  while (reader.ok() && !reader.AtEnd()) {
    const auto slot = reader.Int<std::uint32_t>();
    row.deadlines.push_back(
        {slot, static_cast<std::int64_t>(reader.Int<std::uint64_t>())});
  }
  if (!reader.ok() || version != kOwnerRowVersion || state < 1 || state > 3) {
    return Malformed("an owner row");
  }
  std::memcpy(row.look_up.data(), look_up.data(), look_up.size());
  return row;
}

std::string LookUpRow::Serialize() const {
  std::string row = wrapped_tag;
  for (const Entry& entry : entries) {
    row.append(entry.owner.view());
    row.push_back(entry.current ? 1 : 0);
    row.append(entry.mac.data(), entry.mac.size());
  }
  return row;
}

absl::StatusOr<LookUpRow> LookUpRow::Parse(std::string_view bytes) {
  base::ByteReader reader(bytes);
  LookUpRow row;
  row.wrapped_tag = std::string(reader.Take(kWrappedTagSize));
  while (reader.ok() && !reader.AtEnd()) {
    Entry entry;
    const std::string_view owner = reader.Take(entry.owner.bytes.size());
    const auto current = reader.Int<std::uint8_t>();
    const std::string_view mac = reader.Take(entry.mac.size());
    if (!reader.ok() || current > 1) return Malformed("a look-up row");
    std::memcpy(entry.owner.bytes.data(), owner.data(), owner.size());
    std::memcpy(entry.mac.data(), mac.data(), mac.size());
    entry.current = current == 1;
    row.entries.push_back(entry);
  }
  if (!reader.ok()) return Malformed("a look-up row");
  return row;
}

}  // namespace privet::keys
