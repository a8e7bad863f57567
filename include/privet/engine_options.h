// SPDX-License-Identifier: Apache-2.0
//
// What an engine is made with, beside its policy.

#ifndef PRIVET_ENGINE_OPTIONS_H_
#define PRIVET_ENGINE_OPTIONS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "privet/clock.h"
#include "privet/id.h"
#include "privet/keys.h"
#include "privet/record_store.h"
#include "privet/store.h"
#include "privet/transform.h"

namespace google::protobuf {
class Descriptor;
}  // namespace google::protobuf

namespace privet {

// Options of Engine::Create(). With none of them an engine decides, minimizes
// and explains; to seal and open it needs `keys`, `vault`, `state` and
// `ledger`, all four.
struct EngineOptions {
  // Wraps the vault's keys. Default: none, policy only.
  std::shared_ptr<KeyProvider> keys;

  // Where wrapped keys lie. Default: none.
  std::shared_ptr<Store> vault;

  // Where consents, objections, events and disclosures lie. Default: none.
  std::shared_ptr<Store> state;

  // Folder of the append-only ledger, outside that of the stores, so that a
  // restored store is found to be old. Default: none.
  std::string ledger;

  // Where Subjects::Erase() takes records from. Default: none; then the host
  // must run a sweeper over its tables.
  std::vector<std::shared_ptr<RecordSource>> sources;

  // Where the stores are. Default: where the actor is.
  RegionId store_region;

  // Default: null, the clock of the machine.
  const Clock* clock = nullptr;

  // Longest time that a key, or what is known of a person, stays in use after
  // this process last read the numbers of ledger, vault and state: 0 to 1 h,
  // else InvalidArgument. Default: 5 s.
  absl::Duration key_cache_ttl = absl::Seconds(5);

  // Bytes of keys in locked memory, 0 for what the limits of the process give,
  // at most 4 MiB. Default: 0.
  std::size_t key_cache_bytes = 0;

  // Goes on without locked memory where the limits of the process do not give
  // it; keys may then reach swap. Default: false, Create() refuses.
  bool allow_unlocked_memory = false;

  // What a call does that would have to read a person or a key from a store:
  // reads it (default), or is Unavailable; see Engine::Prefetch().
  enum class OnMiss { kRead, kRefuse };
  OnMiss on_miss = OnMiss::kRead;

  // Record types that are not linked into the program (dynamic messages), and
  // that the policy names without declaring their fields. Default: none.
  std::vector<const google::protobuf::Descriptor*> types;

  // Scanners of free text, by the name that the policy uses. Default: none; a
  // field that must be scanned is then dropped.
  Scanners scanners;
};

}  // namespace privet

#endif  // PRIVET_ENGINE_OPTIONS_H_
