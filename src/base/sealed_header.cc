// SPDX-License-Identifier: Apache-2.0

#include "base/sealed_header.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/bytes.h"
#include "privet/record_id.h"

namespace privet::base {
namespace {

constexpr std::string_view kFamily = "PRV";
constexpr char kVersion = '1';
constexpr std::size_t kMarkSize = kFamily.size() + 1;

constexpr std::int64_t kDayMs = std::int64_t{24} * 60 * 60 * 1000;

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kUsualSize = 640;

// Offsets in the prefix.
constexpr std::size_t kFlagsAt = 5;
constexpr std::size_t kCountAt = 6;
constexpr std::size_t kRevisionAt = 40;

absl::Status Malformed(const char* what) {
  return absl::DataLossError(absl::StrCat("sealed record is malformed: ", what,
                                          "; the stored bytes are damaged, or "
                                          "are no sealed record"));
}

// Checks what decides whether the rest can be understood at all.
absl::Status CheckVersion(std::string_view sealed) {
  if (sealed.size() < kSealedPrefixSize ||
      sealed.substr(0, kFamily.size()) != kFamily) {
    return Malformed("it does not begin as one");
  }
  if (sealed.size() > kMaxSealedSize) {
    return Malformed("it is longer than 64 MiB");
  }
  if (sealed[kMarkSize - 1] != kVersion ||
      static_cast<std::uint8_t>(sealed[kMarkSize]) != kXChaCha20Poly1305) {
    return absl::FailedPreconditionError(
        "sealed record is of a format or an algorithm that this version of the "
        "library does not know; open it with the version that sealed it");
  }
  return absl::OkStatus();
}

template <typename T>
char* Put(char* out, T value) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  std::memcpy(out, &value, sizeof(value));
  return out + sizeof(value);
#else
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    *out++ = static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
  return out;
#endif
}

char* PutBytes(char* out, std::string_view bytes) {
  std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

template <std::size_t kSize>
std::string_view ViewOf(const std::array<std::uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kSize};
}

char* PutPart(char* out, std::string_view part) {
  return PutBytes(Put(out, static_cast<std::uint16_t>(part.size())), part);
}

char* PutDescriptor(char* out, const Descriptor& descriptor) {
  out = Put(out, descriptor.compartment);
  out = Put(out, descriptor.retention_class);
  out = Put(out, descriptor.epoch);
  out = Put(out, descriptor.slot);
  out = Put(out, descriptor.generation);
  out = Put(out, descriptor.flags);
  out = Put(out, descriptor.owner_index);
  return PutBytes(out, ViewOf(descriptor.commitment));
}

void AppendSized(std::string* out, std::string_view body) {
  AppendInt(out, static_cast<std::uint32_t>(body.size()));
  out->append(body);
}

}  // namespace

absl::StatusOr<SealedHeader> SealedHeader::Parse(std::string_view sealed) {
  if (absl::Status status = CheckVersion(sealed); !status.ok()) return status;
  SealedHeader header;
  header.bytes_ = sealed;
  header.count_ = LoadInt<std::uint16_t>(sealed.data() + kCountAt);
  ByteReader reader(sealed.substr(kSealedPrefixSize));
  const char* wrong = header.CheckPrefix();
  if (wrong == nullptr) wrong = header.ReadNames(&reader);
  if (wrong == nullptr) wrong = header.CheckDescriptors();
  if (wrong == nullptr) wrong = header.ReadBodies(&reader);
  if (wrong != nullptr) return Malformed(wrong);
  return header;
}

absl::Status SealedHeader::Reread(std::string_view sealed) {
  // A record is seldom in the processor's cache: its header comes at once, not
  // line by line.
  for (std::size_t at = 0; at < kUsualSize && at < sealed.size();
       at += kCacheLine) {
    __builtin_prefetch(sealed.data() + at);
  }
  if (sealed.size() < kSealedPrefixSize) return Malformed("it is cut short");
  bytes_ = sealed;
  count_ = LoadInt<std::uint16_t>(sealed.data() + kCountAt);
  ByteReader reader(sealed.substr(kSealedPrefixSize));
  const char* wrong = count_ <= kMaxCompartments
                          ? ReadNames(&reader)
                          : "it has more than 64 compartments";
  if (wrong == nullptr) wrong = ReadBodies(&reader);
  return wrong == nullptr ? absl::OkStatus() : Malformed(wrong);
}

const char* SealedHeader::CheckPrefix() const {
  if ((Byte(kFlagsAt) & ~(kAboutNobody | kHasResidue)) != 0) {
    return "it has a flag that is not known";
  }
  if (count_ < 1 || count_ > kMaxCompartments) {
    return "it has no compartment, or more than 64";
  }
  return LoadInt<std::uint64_t>(bytes_.data() + kRevisionAt) != 0
             ? nullptr
             : "its revision is 0";
}

const char* SealedHeader::ReadNames(ByteReader* reader) {
  policy_ = reader->Part();
  type_ = reader->Part();
  if (policy_.empty() || policy_.size() > kMaxPolicyIdSize || type_.empty() ||
      type_.size() > kMaxTypeSize) {
    return "the name of its policy or type is empty or too long";
  }
  further_count_ = reader->Int<std::uint8_t>();
  if (further_count_ > kMaxFurtherOwners) return "it has too many owners";
  further_offset_ = bytes_.size() - reader->rest().size();
  reader->Take(further_count_ * 16);
  reader->Take(count_ * kDescriptorSize);
  if (!reader->ok()) return "its header is cut short";
  header_size_ = bytes_.size() - reader->rest().size();
  return nullptr;
}

const char* SealedHeader::CheckDescriptor(std::size_t i) const {
  if ((compartment_flags(i) & ~(kPadded | kHeld)) != 0) {
    return "a compartment has a flag that is not known";
  }
  const std::uint32_t slot_number = slot(i);
  if (slot_number > kErasableSlot && slot_number < kFirstNamedSlot) {
    return "a compartment lies in a reserved slot";
  }
  const bool is_public = retention_class(i) == kPublicClass;
  if (is_public != (owner_index(i) == kNobodyIndex)) {
    return "a public compartment and nobody's do not agree";
  }
  if (is_public) {
    return epoch(i) == kNoEpoch && slot_number == kErasableSlot &&
                   (compartment_flags(i) & kHeld) == 0
               ? nullptr
               : "a public compartment has an epoch, a slot or a hold";
  }
  return owner_index(i) <= further_count_
             ? nullptr
             : "a compartment names an owner that is not there";
}

const char* SealedHeader::CheckDescriptors() const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (i > 0 && compartment(i - 1) >= compartment(i)) {
      return "its compartments are not in order";
    }
    if (const char* wrong = CheckDescriptor(i)) return wrong;
  }
  return further_count_ == 0 ? nullptr : CheckFurtherOwners();
}

const char* SealedHeader::CheckFurtherOwners() const {
  std::uint32_t named = 0;  // bit i: a descriptor names owner index i
  for (std::size_t i = 0; i < count_; ++i) {
    if (owner_index(i) != kNobodyIndex) named |= 1u << owner_index(i);
  }
  for (std::size_t i = 0; i < further_count_; ++i) {
    if ((named & (2u << i)) == 0) return "a further owner has no compartment";
    if (further_owner(i) == owner()) return "its owner stands there twice";
    for (std::size_t j = 0; j < i; ++j) {
      if (further_owner(i) == further_owner(j)) {
        return "a further owner stands there twice";
      }
    }
  }
  return nullptr;
}

const char* SealedHeader::ReadBodies(ByteReader* reader) {
  for (std::size_t i = 0; i < count_; ++i) {
    const auto size = reader->Int<std::uint32_t>();
    if (size != 0 && (size < kTagSize || size > kMaxBodySize)) {
      return "a body is too short or longer than 16 MiB";
    }
    reader->Take(size);
    body_end_[i] =
        static_cast<std::uint32_t>(bytes_.size() - reader->rest().size());
    if (!reader->ok()) return "its bodies are cut short";
  }
  if ((flags() & kHasResidue) != 0) {
    residue_ = reader->Take(reader->Int<std::uint32_t>());
    if (!reader->ok()) return "its residue is cut short";
  }
  return reader->AtEnd() ? nullptr : "something follows after its end";
}

Descriptor SealedHeader::descriptor(std::size_t i) const {
  Descriptor descriptor;
  descriptor.compartment = compartment(i);
  descriptor.retention_class = retention_class(i);
  descriptor.epoch = epoch(i);
  descriptor.slot = slot(i);
  descriptor.generation = generation(i);
  descriptor.flags = compartment_flags(i);
  descriptor.owner_index = owner_index(i);
  std::memcpy(descriptor.commitment.data(), commitment(i).data(),
              kCommitmentSize);
  return descriptor;
}

bool SealedHeader::only_public_left() const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (!dropped(i) && retention_class(i) != kPublicClass) return false;
  }
  return true;
}

std::size_t HeaderSize(const HeaderFields& fields) {
  return kSealedPrefixSize + 2 + fields.policy.size() + 2 + fields.type.size() +
         1 + 16 * fields.further_owners.size() +
         kDescriptorSize * fields.descriptors.size();
}

char* WriteHeader(const HeaderFields& fields, char* out) {
  out = PutBytes(out, kFamily);
  *out++ = kVersion;
  out = Put(out, fields.algorithm);
  out = Put(out, fields.flags);
  out = Put(out, static_cast<std::uint16_t>(fields.descriptors.size()));
  out = PutBytes(out, fields.id.view());
  out = PutBytes(out, fields.owner.view());
  out = Put(out, fields.revision);
  out = Put(out, fields.policy_version);
  out = PutBytes(out, ViewOf(fields.nonce));
  out = PutPart(out, fields.policy);
  out = PutPart(out, fields.type);
  out = Put(out, static_cast<std::uint8_t>(fields.further_owners.size()));
  for (const OwnerId& owner : fields.further_owners) {
    out = PutBytes(out, owner.view());
  }
  for (const Descriptor& descriptor : fields.descriptors) {
    out = PutDescriptor(out, descriptor);
  }
  return out;
}

std::string DropCompartments(const SealedHeader& header, std::uint64_t drop,
                             bool take_residue) {
  std::string out;
  out.reserve(header.bytes().size());
  out.append(header.header());
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool gone = ((drop >> i) & 1) != 0;
    AppendSized(&out, gone ? std::string_view() : header.body(i));
  }
  if ((header.flags() & kHasResidue) != 0) {
    AppendSized(&out, take_residue ? std::string_view() : header.residue());
  }
  return out;
}

absl::StatusOr<RecordId> CheckResidue(const SealedHeader& header,
                                      std::string_view retention) {
  const auto residue = SealedHeader::Parse(header.residue());
  const std::size_t stem = header.type().size();
  if (!residue.ok() || residue->flags() != kAboutNobody ||
      residue->policy() != header.policy() ||
      residue->type().size() != stem + 1 + retention.size() ||
      residue->type().substr(0, stem) != header.type() ||
      residue->type()[stem] != '#' ||
      residue->type().substr(stem + 1) != retention ||
      residue->revision() != 1 ||
      absl::ToUnixMillis(CreatedAt(residue->id())) % kDayMs != 0) {
    return absl::NotFoundError("the record carries no residue to be stored");
  }
  return residue->id();
}

}  // namespace privet::base
