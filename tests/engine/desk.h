// SPDX-License-Identifier: Apache-2.0
//
// One engine, three records of one person, and every way in which it may fail.

#ifndef PRIVET_TESTS_ENGINE_DESK_H_
#define PRIVET_TESTS_ENGINE_DESK_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "engine/engine_rig.h"
#include "engine/status_table.h"
#include "infermesh.pb.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/sealed_record.h"
#include "privet/subject.h"
#include "privet/subjects.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet::testing {

// An id that stands in no message by chance.
inline constexpr char kAda[] = "ada-7c1e";

class Desk {
 public:
  Desk()
      : engine(rig.OpenOrDie()),
        request(StoreOrDie(rig, gateway(), rig.Request(kAda))),
        account(StoreOrDie(rig, As("accounts"), AccountOf(kAda))),
        payment(StoreOrDie(rig, As("payments"), PaymentOf(kAda))) {}

  Actor As(const char* actor) { return ActorOf(engine, actor); }
  Actor gateway() { return As("gateway"); }
  Subjects subjects() { return engine.subjects(); }

  // Of an engine that has nothing in memory, over a state that does not answer.
  Actor Unplugged(const char* actor) {
    const Engine cold = rig.OpenOrDie();
    rig.state->plan().FailAfter(0, absl::UnavailableError("state unplugged"));
    return ActorOf(cold, actor);
  }
  // Of an engine that has nothing in memory, and may not wait.
  Actor Refusing(const char* actor) {
    EngineOptions options;
    options.on_miss = EngineOptions::OnMiss::kRefuse;
    return ActorOf(rig.OpenOrDie(options), actor);
  }
  // Of an engine that only decides.
  static Actor WithoutParts(const char* actor) {
    auto bare = Engine::Create(PolicyOrDie());
    REQUIRE_OK(bare);
    return ActorOf(*bare, actor);
  }

  void Restrict() {
    REQUIRE_OK(subjects().Restrict(ada, RestrictionGround::kAccuracyContested,
                                   "2 BvR 17/26"));
  }
  void Close(absl::Duration ago) {
    REQUIRE_OK(subjects().RecordEvent(ada, EventId("account_closed")));
    rig.clock.Advance(ago);
  }

  EngineRig rig;
  Engine engine;
  Subject ada{kAda};
  SealedRecord request, account, payment;
};

// Returns the record with a bit of each body turned.
inline SealedRecord Altered(const SealedRecord& record) {
  const auto header = base::SealedHeader::Parse(record.bytes());
  REQUIRE_OK(header);
  std::string bytes(record.bytes());
  for (std::size_t i = 0; i < header->size(); ++i) {
    const auto at = static_cast<std::size_t>(header->body(i).data() -
                                             record.bytes().data());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
  }
  auto parsed = SealedRecord::Parse(record.id(), bytes);
  REQUIRE_OK(parsed);
  return *parsed;
}

inline RequestOptions WithFact(const std::string& id,
                               const std::string& value) {
  RequestOptions options;
  options.facts = {{id, value}};
  return options;
}

inline RequestOptions OfCase(const std::string& reference,
                             std::vector<CategoryId> categories) {
  RequestOptions options;
  options.case_reference = reference;
  options.categories = std::move(categories);
  return options;
}

// What of people's data the tables hand in: none of the library's business to
// repeat.
inline const std::vector<std::string>& ValuesOfDesk() {
  static const std::vector<std::string> values = {
      kAda,       "bob-90aa", "sky blue",   "Rayleigh",     "203.0.113.",
      "great",    "argon2id", "channel-7Q", "2 BvR",        "@example.com",
      "stowaway", "size 44",  "not-theirs", "sky-7b-stolen"};
  return values;
}

// Checks each refusal in a section of its own.
inline void CheckEach(const std::vector<Refusal>& table) {
  for (const Refusal& refusal : table) {
    DYNAMIC_SECTION(refusal.name) { CheckRefusal(refusal, ValuesOfDesk()); }
  }
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_ENGINE_DESK_H_
