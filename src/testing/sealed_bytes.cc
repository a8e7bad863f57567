// SPDX-License-Identifier: Apache-2.0

#include "testing/sealed_bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/bytes.h"
#include "base/sealed_header.h"
#include "base/sealed_record_maker.h"

namespace privet::testing {
namespace {

void StoreBigEndian(std::uint64_t value, std::size_t size, std::uint8_t* out) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
  }
}

base::HeaderFields FieldsOf(const SealedParts& parts) {
  base::HeaderFields fields;
  fields.flags = parts.flags;
  if (!parts.residue.empty()) fields.flags |= base::kHasResidue;
  fields.id = parts.id;
  fields.owner = parts.owner;
  fields.revision = parts.revision;
  fields.policy_version = 1;
  fields.nonce.fill(0x6e);
  fields.policy = "test";
  fields.type = parts.type;
  fields.further_owners = parts.further_owners;
  fields.descriptors = parts.compartments;
  return fields;
}

void AppendBody(std::string* out, std::string_view body) {
  base::AppendInt(out, static_cast<std::uint32_t>(body.size()));
  out->append(body);
}

}  // namespace

RecordId MakeRecordId(std::uint32_t type, absl::Time created,
                      std::uint64_t number) {
  RecordId id;
  StoreBigEndian(type, 4, id.bytes.data());
  StoreBigEndian(static_cast<std::uint64_t>(absl::ToUnixMillis(created)), 6,
                 id.bytes.data() + 4);
  StoreBigEndian(number, 6, id.bytes.data() + 10);
  return id;
}

OwnerId MakeOwner(std::uint64_t number) {
  OwnerId owner;
  // A bijection that looks random (splitmix64), so that owners do not sort.
  std::uint64_t mixed = number + 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  StoreBigEndian(mixed ^ (mixed >> 31), 8, owner.bytes.data());
  StoreBigEndian(number, 8, owner.bytes.data() + 8);
  return owner;
}

base::Descriptor MakeCompartment(std::uint32_t compartment,
                                 std::uint32_t retention_class,
                                 std::uint32_t slot) {
  base::Descriptor descriptor;
  descriptor.compartment = compartment;
  descriptor.retention_class = retention_class;
  descriptor.slot = slot;
  if (retention_class == base::kPublicClass) {
    descriptor.owner_index = base::kNobodyIndex;
  }
  descriptor.commitment.fill(0x63);
  return descriptor;
}

std::string MakeSealedBytes(const SealedParts& parts) {
  const base::HeaderFields fields = FieldsOf(parts);
  std::string bytes(base::HeaderSize(fields), '\0');
  base::WriteHeader(fields, bytes.data());
  for (std::size_t i = 0; i < parts.compartments.size(); ++i) {
    AppendBody(&bytes,
               std::string(parts.body_size, static_cast<char>('a' + (i % 26))));
  }
  if (!parts.residue.empty()) AppendBody(&bytes, parts.residue);
  return bytes;
}

SealedRecord MakeSealedRecord(const SealedParts& parts,
                              std::vector<IndexTag> index) {
  return SealedRecordMaker::Make(FieldsOf(parts), MakeSealedBytes(parts),
                                 std::move(index));
}

}  // namespace privet::testing
