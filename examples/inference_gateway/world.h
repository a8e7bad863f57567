// SPDX-License-Identifier: Apache-2.0
//
// What the simulation knows of its people and their records: the truth that
// the library is held against.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_WORLD_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_WORLD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "canary.h"
#include "privet/id.h"
#include "privet/record_id.h"
#include "texts.h"

namespace gateway {

enum class RecordType : std::uint8_t {
  kApiRequest,
  kWebSession,
  kAccount,
  kPayment,
  kSupportTicket,
  kCount,
};
const char* NameOf(RecordType type);

// A person with an account, as the gateway knows it.
struct Account {
  std::string id;
  privet::RegionId region;
  double weight = 1;                     // of its requests among all
  std::optional<std::uint32_t> profile;  // its newest record of type kAccount

  bool active = false;  // signed up, not closed, not erased
  bool analytics = false;
  bool experience = false;
  bool objects = false;  // to improvement: pending or upheld
  bool restricted = false;
  bool successor_notice = false;
  absl::Time closed = absl::InfiniteFuture();
  absl::Time erased = absl::InfiniteFuture();
};

// A record that was sealed, with the copy of it that somebody may have kept:
// whoever has an old disk has this.
struct StoredRecord {
  RecordType type = RecordType::kApiRequest;
  std::uint32_t account = 0;
  absl::Time created;
  privet::RecordId id;
  std::string copy;
  TextSet texts;  // that it was given
};

struct World {
  explicit World(std::uint64_t seed) : canaries(seed) {}

  CanaryBook canaries;
  std::vector<Account> accounts;
  std::vector<StoredRecord> records;
  bool feedback_forbidden = false;  // since the policy's second version
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_WORLD_H_
