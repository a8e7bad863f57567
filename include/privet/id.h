// SPDX-License-Identifier: Apache-2.0
//
// Names out of a policy, as types of their own: a purpose cannot be passed
// where a recipient is meant.

#ifndef PRIVET_ID_H_
#define PRIVET_ID_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace privet {

// The id of one thing that a policy declares, such as `service.delivery`.
//
// A small value: a 64-bit hash (FNV-1a) of the dotted name, and the name itself
// for messages. Two ids are equal if their hashes are; a policy in which two
// declared names of one kind hash alike does not load.
//
// Write one as a literal, best by the header that `privet generate` makes, in
// which a typo does not compile; or look it up with Policy::FindPurpose() and
// its kin. A literal's text lives for ever; that of an id that was looked up
// lives as long as its Policy.
//
// Example:
//
//   constexpr privet::PurposeId kDelivery("service.delivery");
template <typename Kind>
class Id {
 public:
  // Constructs the id that names nothing; every call refuses it.
  constexpr Id() = default;

  // Constructs from a string literal, at compile time.
  template <std::size_t kSize>
  explicit constexpr Id(const char (&literal)[kSize])
      : Id(std::string_view(literal, kSize - 1)) {}

  // Returns an id over `text`, which must outlive it.
  static constexpr Id FromText(std::string_view text) { return Id(text); }

  // Returns the 64-bit FNV-1a hash of the name; 0 for the id of nothing.
  constexpr std::uint64_t hash() const { return hash_; }

  // Returns the dotted name.
  constexpr std::string_view text() const { return text_; }

  constexpr explicit operator bool() const { return hash_ != 0; }

  friend constexpr bool operator==(Id a, Id b) { return a.hash_ == b.hash_; }
  friend constexpr bool operator!=(Id a, Id b) { return a.hash_ != b.hash_; }

 private:
  explicit constexpr Id(std::string_view text)
      : hash_(Fnv1a(text)), text_(text) {}

  static constexpr std::uint64_t Fnv1a(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) {
      hash ^= static_cast<unsigned char>(c);
      hash *= 0x100000001b3u;
    }
    return hash;
  }

  std::uint64_t hash_ = 0;
  std::string_view text_;
};

using PurposeId = Id<struct PurposeKind>;
using RecipientId = Id<struct RecipientKind>;
using ActorId = Id<struct ActorKind>;
using RegionId = Id<struct RegionKind>;
using CategoryId = Id<struct CategoryKind>;
using EventId = Id<struct EventKind>;

}  // namespace privet

#endif  // PRIVET_ID_H_
