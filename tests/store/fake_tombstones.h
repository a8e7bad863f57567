// SPDX-License-Identifier: Apache-2.0
//
// A vault's answers, made up by a test.

#ifndef PRIVET_TESTS_STORE_FAKE_TOMBSTONES_H_
#define PRIVET_TESTS_STORE_FAKE_TOMBSTONES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "store/tombstones.h"

namespace privet::testing {

class FakeTombstones final : public store::Tombstones {
 public:
  absl::StatusOr<std::vector<Fate>> FatesOf(
      absl::Span<const store::SubjectKeyName> keys) override {
    ++calls;
    if (before_answer) before_answer(calls);
    if (!failure.ok()) return failure;
    std::vector<Fate> fates;
    for (const store::SubjectKeyName& key : keys) {
      const auto fate = fates_.find({key.owner, key.slot});
      fates.push_back(fate == fates_.end() ? Fate::kLives : fate->second);
    }
    return fates;
  }

  absl::StatusOr<std::optional<absl::Duration>> LongestKeep(
      std::uint32_t retention_class) override {
    const auto keep = keeps.find(retention_class);
    if (keep == keeps.end()) return std::nullopt;
    return keep->second;
  }

  void Set(const OwnerId& owner, std::uint32_t slot, Fate fate) {
    fates_[{owner, slot}] = fate;
  }

  int calls = 0;
  absl::Status failure;
  std::function<void(int call)> before_answer;
  std::map<std::uint32_t, absl::Duration> keeps;

 private:
  std::map<std::pair<OwnerId, std::uint32_t>, Fate> fates_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_STORE_FAKE_TOMBSTONES_H_
