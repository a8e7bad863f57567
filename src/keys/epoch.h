// SPDX-License-Identifier: Apache-2.0
//
// Epochs: the slices of time by which keys of data that counts from its
// creation are drawn, and die (docs/wire_format.md).

#ifndef PRIVET_KEYS_EPOCH_H_
#define PRIVET_KEYS_EPOCH_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/keep.h"
#include "base/sealed_header.h"

namespace privet::keys {

// The epoch of a compartment whose key mixes in no epoch key.
inline constexpr std::uint32_t kNoEpoch = base::kNoEpoch;

// Returns the length of the epochs of a class whose shortest keep from creation
// is `keep`: a sixteenth of it in whole hours, from 1 hour to 30 days. Part of
// the format.
absl::Duration EpochLength(const base::Keep& keep);

// Returns the epoch in which something created at `created` falls.
// InvalidArgument before 1970, and where the number leaves u32.
absl::StatusOr<std::uint32_t> EpochOf(absl::Time created,
                                      const base::Keep& keep);

// Returns when the key of `epoch` dies: (epoch + 1) × length of `at_sealing`,
// plus `effective`, the smaller of the keep at sealing and the keep in force. A
// month counts 31 days, a year 366. InfiniteFuture for kNoEpoch.
absl::Time EpochDies(std::uint32_t epoch, const base::Keep& at_sealing,
                     const base::Keep& effective);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_EPOCH_H_
