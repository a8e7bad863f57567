// SPDX-License-Identifier: Apache-2.0
//
// The binary format of a sealed record (docs/wire_format.md): read it, write
// its header, drop bodies from it. No key, no policy, no hash: a store and a
// sweeper use it as well as whoever opens the record.

#ifndef PRIVET_BASE_SEALED_HEADER_H_
#define PRIVET_BASE_SEALED_HEADER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/bytes.h"
#include "privet/record_id.h"

namespace privet::base {

inline constexpr std::size_t kSealedPrefixSize = 76;
inline constexpr std::size_t kDescriptorSize = 52;
inline constexpr std::size_t kCommitmentSize = 32;
inline constexpr std::size_t kNonceSize = 24;
inline constexpr std::size_t kTagSize = 16;
inline constexpr std::size_t kMaxCompartments = 64;
inline constexpr std::size_t kMaxFurtherOwners = 15;
inline constexpr std::size_t kMaxPolicyIdSize = 255;
inline constexpr std::size_t kMaxTypeSize = 511;
inline constexpr std::size_t kMaxBodySize = std::size_t{16} << 20;
inline constexpr std::size_t kMaxSealedSize = std::size_t{64} << 20;

// AEAD of the bodies; 2 is reserved.
inline constexpr std::uint8_t kXChaCha20Poly1305 = 1;

// Flags of a record.
inline constexpr std::uint8_t kAboutNobody = 1;
inline constexpr std::uint8_t kHasResidue = 2;

// Flags of a compartment.
inline constexpr std::uint8_t kPadded = 1;
inline constexpr std::uint8_t kHeld = 2;

// The class of public fields, which are never due; their owner index, which
// means the nobody of the record's type; and the epoch of a compartment whose
// key mixes in no epoch key.
inline constexpr std::uint32_t kPublicClass = 0;
inline constexpr std::uint8_t kNobodyIndex = 255;
inline constexpr std::uint32_t kNoEpoch = 0xffffffff;

// The slot of what an erasure destroys; those below kFirstNamedSlot are
// reserved, and never seal.
inline constexpr std::uint32_t kErasableSlot = 0;
inline constexpr std::uint32_t kFirstNamedSlot = 16;

// What the header says of one compartment.
struct Descriptor {
  std::uint32_t compartment = 0;
  std::uint32_t retention_class = kPublicClass;
  std::uint32_t epoch = kNoEpoch;
  std::uint32_t slot = kErasableSlot;
  std::uint16_t generation = 0;
  std::uint8_t flags = 0;
  std::uint8_t owner_index = 0;  // 0: the owner; 1..: the further ones
  std::array<std::uint8_t, kCommitmentSize> commitment{};
};

// A well-formed sealed record, looked at where it lies: a view, which lives as
// long as the bytes that it was parsed from. What it says is a hint until a
// body was opened with header() as associated data.
class SealedHeader {
 public:
  // Parses a whole sealed record; accepts exactly the format, and nothing after
  // it. The residue is not looked into. Linear in the number of compartments.
  //
  // Returns DataLoss if `sealed` is malformed, and FailedPrecondition for a
  // version of the format or an algorithm that this library does not know.
  static absl::StatusOr<SealedHeader> Parse(std::string_view sealed);

  // Constructs the header of nothing, for Reread().
  SealedHeader() {}  // NOLINT: leaves the array of offsets unset

  // Looks again at bytes that Parse() has accepted and that nothing can have
  // changed since, such as a SealedRecord's: finds where everything is, and
  // checks no more than that it is there. DataLoss if it is not.
  absl::Status Reread(std::string_view sealed);

  // Returns the bytes before the bodies: the associated data of each.
  std::string_view header() const { return bytes_.substr(0, header_size_); }
  // Returns all bytes.
  std::string_view bytes() const { return bytes_; }

  std::uint8_t algorithm() const { return Byte(4); }
  std::uint8_t flags() const { return Byte(5); }
  bool about_nobody() const { return (flags() & kAboutNobody) != 0; }
  RecordId id() const { return Id16<RecordId>(8); }
  OwnerId owner() const { return Id16<OwnerId>(24); }
  std::uint64_t revision() const {
    return LoadInt<std::uint64_t>(bytes_.data() + 40);
  }
  std::uint32_t policy_version() const {
    return LoadInt<std::uint32_t>(bytes_.data() + 48);
  }
  std::string_view nonce() const { return bytes_.substr(52, kNonceSize); }
  std::string_view policy() const { return policy_; }
  std::string_view type() const { return type_; }

  // Returns the number of owners beside owner(), and the one at `i`.
  std::size_t further_owner_count() const { return further_count_; }
  OwnerId further_owner(std::size_t i) const {
    return Id16<OwnerId>(further_offset_ + 16 * i);
  }

  // Returns the number of compartments, dropped ones included: 1 to 64.
  std::size_t size() const { return count_; }
  Descriptor descriptor(std::size_t i) const;
  // Return one field of the descriptor of compartment `i`.
  std::uint32_t compartment(std::size_t i) const {
    return LoadInt<std::uint32_t>(DescriptorAt(i));
  }
  std::uint32_t retention_class(std::size_t i) const {
    return LoadInt<std::uint32_t>(DescriptorAt(i) + 4);
  }
  std::uint32_t epoch(std::size_t i) const {
    return LoadInt<std::uint32_t>(DescriptorAt(i) + 8);
  }
  std::uint32_t slot(std::size_t i) const {
    return LoadInt<std::uint32_t>(DescriptorAt(i) + 12);
  }
  std::uint16_t generation(std::size_t i) const {
    return LoadInt<std::uint16_t>(DescriptorAt(i) + 16);
  }
  std::uint8_t compartment_flags(std::size_t i) const {
    return static_cast<std::uint8_t>(DescriptorAt(i)[18]);
  }
  std::uint8_t owner_index(std::size_t i) const {
    return static_cast<std::uint8_t>(DescriptorAt(i)[19]);
  }
  std::string_view commitment(std::size_t i) const {
    return {DescriptorAt(i) + 20, kCommitmentSize};
  }
  // Returns the sealed body of compartment `i`, tag included; empty if it was
  // dropped.
  std::string_view body(std::size_t i) const {
    const std::size_t begin = BodyBegin(i);
    return {bytes_.data() + begin, body_end_[i] - begin};
  }
  bool dropped(std::size_t i) const { return body_end_[i] == BodyBegin(i); }

  // Returns whether all compartments but public ones were dropped.
  bool only_public_left() const;

  // Returns the residue as it lies there, unchecked; empty if there is none or
  // it was taken out.
  std::string_view residue() const { return residue_; }

 private:
  std::uint8_t Byte(std::size_t offset) const {
    return static_cast<std::uint8_t>(bytes_[offset]);
  }
  template <typename T>
  T Id16(std::size_t offset) const {
    T id;
    std::memcpy(id.bytes.data(), bytes_.data() + offset, id.bytes.size());
    return id;
  }
  const char* DescriptorAt(std::size_t i) const {
    return bytes_.data() + header_size_ - kDescriptorSize * (count_ - i);
  }
  // Where a body begins, after its length.
  std::size_t BodyBegin(std::size_t i) const {
    return (i == 0 ? header_size_ : body_end_[i - 1]) + sizeof(std::uint32_t);
  }
  const char* CheckPrefix() const;
  const char* ReadNames(ByteReader* reader);
  const char* CheckDescriptor(std::size_t i) const;
  const char* CheckDescriptors() const;
  const char* CheckFurtherOwners() const;
  const char* ReadBodies(ByteReader* reader);

  std::string_view bytes_, policy_, type_, residue_;
  std::size_t header_size_ = 0, further_offset_ = 0;
  std::size_t further_count_ = 0, count_ = 0;
  std::array<std::uint32_t, kMaxCompartments> body_end_;
};

// What a new header says; SealedHeader reads it back.
struct HeaderFields {
  std::uint8_t algorithm = kXChaCha20Poly1305;
  std::uint8_t flags = 0;
  RecordId id;
  OwnerId owner;
  std::uint64_t revision = 1;
  std::uint32_t policy_version = 0;
  std::array<std::uint8_t, kNonceSize> nonce{};
  std::string_view policy;
  std::string_view type;
  absl::Span<const OwnerId> further_owners;
  absl::Span<const Descriptor> descriptors;  // `compartment` strictly rising
};

// Returns the size of the header that WriteHeader() writes.
std::size_t HeaderSize(const HeaderFields& fields);

// Writes the header to `out`, which has HeaderSize(fields) bytes, and returns
// the end of it. Limits are the caller's: what breaks them does not parse.
char* WriteHeader(const HeaderFields& fields, char* out);

// Returns the record of `header` without the bodies of the compartments whose
// bits (1 << index) are in `drop`, and without the residue if `take_residue`.
// The header's bytes stay as they are, so that what is left still opens.
std::string DropCompartments(const SealedHeader& header, std::uint64_t drop,
                             bool take_residue);

// Returns the id of the residue that `header` carries if it may be stored on
// its own: well-formed, about nobody, with no residue of its own, of revision
// 1, created at the beginning of a UTC day, of the same policy, and of a type
// `<type of header>#<retention>`; NotFound otherwise, for
// one that is to be thrown away.
absl::StatusOr<RecordId> CheckResidue(const SealedHeader& header,
                                      std::string_view retention);

}  // namespace privet::base

#endif  // PRIVET_BASE_SEALED_HEADER_H_
