// SPDX-License-Identifier: Apache-2.0
//
// Chance, and the places that random policies are about.

#ifndef PRIVET_TESTS_POLICY_DICE_H_
#define PRIVET_TESTS_POLICY_DICE_H_

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace privet::testing {

using Random = std::mt19937_64;

class Dice {
 public:
  explicit Dice(Random* random) : random_(*random) {}
  bool Chance(double p) {
    return std::uniform_real_distribution<double>()(random_) < p;
  }
  int Below(int n) {
    return std::uniform_int_distribution<int>(0, n - 1)(random_);
  }
  template <typename List>
  auto OneOf(const List& list) {
    return list[static_cast<std::size_t>(Below(static_cast<int>(list.size())))];
  }

 private:
  Random& random_;
};

// Regions and groups of them that a rule may name.
inline const std::vector<std::string>& RegionNames() {
  static const auto* const kNames = new std::vector<std::string>{
      "de", "fr", "us", "us-ca", "jp", "eea", "service"};
  return *kNames;
}
// Where somebody may be.
inline const std::vector<std::string>& Places() {
  static const auto* const kPlaces =
      new std::vector<std::string>{"de", "fr", "us", "us-ca", "jp", "br"};
  return *kPlaces;
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_POLICY_DICE_H_
