// SPDX-License-Identifier: Apache-2.0
//
// What the parser of sealed records takes, it takes in one spelling, and what
// is dropped from it leaves a record.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/sealed_header.h"
#include "fuzz/fuzz_target.h"
#include "privet/record_id.h"

namespace privet::base {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

std::string WriteAgain(const SealedHeader& header) {
  HeaderFields fields;
  fields.algorithm = header.algorithm();
  fields.flags = header.flags();
  fields.id = header.id();
  fields.owner = header.owner();
  fields.revision = header.revision();
  fields.policy_version = header.policy_version();
  std::memcpy(fields.nonce.data(), header.nonce().data(), kNonceSize);
  fields.policy = header.policy();
  fields.type = header.type();
  std::vector<OwnerId> further;
  for (std::size_t i = 0; i < header.further_owner_count(); ++i) {
    further.push_back(header.further_owner(i));
  }
  std::vector<Descriptor> descriptors;
  for (std::size_t i = 0; i < header.size(); ++i) {
    descriptors.push_back(header.descriptor(i));
  }
  fields.further_owners = further;
  fields.descriptors = descriptors;
  std::string out(HeaderSize(fields), '\0');
  WriteHeader(fields, out.data());
  for (std::size_t i = 0; i < header.size(); ++i) {
    AppendInt(&out, static_cast<std::uint32_t>(header.body(i).size()));
    out += header.body(i);
  }
  if ((header.flags() & kHasResidue) != 0) {
    AppendInt(&out, static_cast<std::uint32_t>(header.residue().size()));
    out += header.residue();
  }
  return out;
}

void CheckDrops(const SealedHeader& header) {
  const std::uint64_t drop = header.revision();  // any bits do
  const std::string left = DropCompartments(header, drop, (drop & 1) != 0);
  const auto after = SealedHeader::Parse(left);
  Require(after.ok() && after->header() == header.header());
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool dropped = ((drop >> i) & 1) != 0;
    Require(after->body(i) == (dropped ? std::string_view() : header.body(i)));
  }
  (void)CheckResidue(header, "content");
}

}  // namespace
}  // namespace privet::base

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto header = privet::base::SealedHeader::Parse(bytes);
  if (!header.ok()) return 0;
  privet::base::Require(privet::base::WriteAgain(*header) == bytes);
  privet::base::CheckDrops(*header);
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  using privet::base::Descriptor;
  std::vector<std::string> seeds;
  for (std::uint32_t count : {1u, 3u, 64u}) {
    std::vector<Descriptor> descriptors(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      descriptors[i].compartment = i * 7;
      descriptors[i].retention_class = i;
      descriptors[i].owner_index = i == 0 ? privet::base::kNobodyIndex : 0;
    }
    privet::base::HeaderFields fields;
    fields.flags = privet::base::kHasResidue;
    fields.policy = "p";
    fields.type = "a.b.C";
    fields.descriptors = descriptors;
    std::string seed(HeaderSize(fields), '\0');
    WriteHeader(fields, seed.data());
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::string body(16 + i % 5, 'b');
      privet::base::AppendInt(&seed, static_cast<std::uint32_t>(body.size()));
      seed += body;
    }
    privet::base::AppendInt(&seed, std::uint32_t{0});
    seeds.push_back(seed);
  }
  return seeds;
}
