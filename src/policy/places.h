// SPDX-License-Identifier: Apache-2.0
//
// Regions: codes, the sets that a policy makes of them, and which codes a
// policy cannot tell apart.

#ifndef PRIVET_POLICY_PLACES_H_
#define PRIVET_POLICY_PLACES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "policy/bits.h"

namespace privet::v1 {
class Policy;
}  // namespace privet::v1

namespace privet::policy {

// Every code that the policy names, and one for all that it does not.
class Places {
 public:
  static constexpr std::uint32_t kElsewhere = 0;

  explicit Places(const v1::Policy& policy);

  std::size_t size() const { return codes_.size(); }
  // Returns the code as text; "elsewhere" for kElsewhere.
  std::string_view NameOf(std::uint32_t code) const;

  // Returns the codes that lie in `region`: a code lies in itself, `us-ca` in
  // `us`, and all in "*".
  Bits Inside(std::string_view region) const;
  template <typename Regions>
  Bits InsideAny(const Regions& regions) const {
    Bits inside(size());
    for (const auto& region : regions) inside.Add(Inside(region));
    return inside;
  }

  // Returns the code of a single place. A country or a part of one that the
  // policy does not name (`br`, `us-ny`) is like its surroundings, or
  // elsewhere. InvalidArgument for a set of places and for what is no code.
  absl::StatusOr<std::uint32_t> Find(std::string_view region) const;

 private:
  void Name(std::string_view region);
  template <typename Regions>
  void NameAll(const Regions& regions) {
    for (const auto& region : regions) Name(region);
  }
  void NameRegionsOf(const v1::Policy& policy);
  void FillPlaces();
  void FillSet(std::string_view id);

  std::vector<std::string> codes_;
  absl::flat_hash_map<std::string, std::uint32_t> by_code_;
  absl::flat_hash_map<std::string, std::vector<std::string>> sets_;
  absl::flat_hash_map<std::string, Bits> inside_;
};

// Codes that no set of a list of sets tells apart, as dense classes.
class Partition {
 public:
  Partition() = default;
  Partition(std::size_t size, std::vector<Bits> sets);

  std::uint32_t ClassOf(std::uint32_t code) const { return class_of_[code]; }
  std::size_t count() const { return member_.size(); }
  // Returns some member of a class.
  std::uint32_t MemberOf(std::uint32_t some_class) const {
    return member_[some_class];
  }
  // Returns the classes that have a member in `codes`.
  Bits ClassesOf(const Bits& codes) const;

 private:
  std::vector<std::uint32_t> class_of_;
  std::vector<std::uint32_t> member_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_PLACES_H_
