// SPDX-License-Identifier: Apache-2.0
//
// What a person said, and what follows from it at once.

#ifndef PRIVET_SUBJECTS_H_
#define PRIVET_SUBJECTS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "privet/actor.h"
#include "privet/id.h"
#include "privet/subject.h"

namespace privet {

namespace engine {
class Core;
}  // namespace engine

// What the host knows of a person.
struct Profile {
  RegionId region;               // whose law protects the person; none: unknown
  std::string kind;              // a subject kind; empty: the record type's
  std::vector<FactValue> facts;  // facts of the subject, each once
};

// On which ground of GDPR art. 18(1) processing is restricted.
enum class RestrictionGround {
  kAccuracyContested,  // (a) while the accuracy is checked
  kUnlawful,           // (b) needs a hold: not supported yet
  kNeededForClaims,    // (c) needs a hold: not supported yet
  kObjectionPending,   // (d) while an objection is weighed
};

// What came of an objection.
enum class ObjectionResult {
  kUpheld,      // what rested on the purpose alone is due
  kOverridden,  // compelling grounds of ours prevail (GDPR art. 21(1))
};

// What erasing did, and what it could not do.
struct ErasureReceipt {
  std::size_t records_changed = 0;
  std::size_t records_removed = 0;

  // That do not parse, and were left alone: nothing opens them any more.
  std::size_t records_damaged = 0;

  // Obligations whose data is kept, by id.
  std::vector<std::string> kept_for;

  // False while a reader holds an old snapshot of the vault open: the bytes of
  // destroyed keys may still be in its files. Call Erase() again.
  bool scrubbed = false;

  // When the last process that had a key cached has let go of it.
  absl::Time final_on_other_hosts;
};

// The state of the people that records are about. A shared handle, safe from
// any thread. Every change is durable, and in force for every call that begins
// after it returned, on other hosts that share the stores within
// EngineOptions::key_cache_ttl; one that takes something away is in the ledger
// first, so that a restored store makes it again.
//
// Every call returns InvalidArgument for ids that the policy does not declare,
// for a group where a leaf is meant, and for NoSubject(); Unavailable if a
// store does not answer; FailedPrecondition if the engine has no state.
class Subjects {
 public:
  // Sets what is known of the person, in place of what was known before.
  absl::Status SetProfile(const Subject& subject, const Profile& profile) const;

  // Records consent to one purpose, a leaf. `evidence` names where the host
  // keeps the proof (GDPR art. 7(1)); at most 256 bytes, nothing personal.
  absl::Status GiveConsent(const Subject& subject, PurposeId purpose,
                           std::string_view evidence = {}) const;

  // Records that consent is withdrawn: the purpose stops at once, and what
  // rested on it alone is due at the next sweep. Withdrawing what was never
  // given is OK.
  absl::Status WithdrawConsent(const Subject& subject, PurposeId purpose) const;

  // Records an objection to a purpose or a group of them: pending, it stops the
  // purpose at once. FailedPrecondition if the law gives none: a purpose whose
  // basis is neither legitimate interests, public task nor opt-out, which is
  // no direct marketing and not `objectable`.
  absl::Status Object(const Subject& subject, PurposeId purpose) const;

  // Records what came of it. `reasons` names where the host keeps the balance;
  // kOverridden without them is InvalidArgument, and of an objection to direct
  // marketing FailedPrecondition: there the law knows no override. NotFound if
  // there is no objection.
  absl::Status ResolveObjection(const Subject& subject, PurposeId purpose,
                                ObjectionResult result,
                                std::string_view reasons = {}) const;

  // Restricts processing (GDPR art. 18): nothing but storage, and what goes on
  // while restricted, until Lift(). FailedPrecondition for (b) and (c), which
  // are holds: not supported yet.
  absl::Status Restrict(const Subject& subject, RestrictionGround ground,
                        std::string_view case_reference) const;

  // Lifts a restriction. `notice` names the notice that told the person so
  // before (art. 18(3)): FailedPrecondition if none is on record since the last
  // Restrict() on this ground. NotFound if there is no such restriction.
  absl::Status Lift(const Subject& subject, RestrictionGround ground,
                    std::string_view notice) const;

  // Records that an event happened at `at` (default: now; at most five minutes
  // ahead): periods that count from it begin. For an event that renews the last
  // one counts, else the first, in whatever order they are told. A period that
  // has ended by then stays so: one that begins anew is of what comes after.
  absl::Status RecordEvent(const Subject& subject, EventId event,
                           absl::Time at = absl::InfinitePast()) const;

  // Records that an event did not happen after all, before its period ended.
  // FailedPrecondition once a key has died of it; NotFound if it is not there.
  absl::Status UndoEvent(const Subject& subject, EventId event) const;

  // Records that the person was given a notice, by a name of the host's
  // choosing: what role SUCCESSOR (the notice `successor:<recipient>`), Lift()
  // and conditions on `notice` ask for.
  absl::Status RecordNotice(const Subject& subject, std::string_view notice,
                            std::string_view channel) const;

  // Records that the person told us to send data to a recipient of role
  // DIRECTED.
  absl::Status RecordInstruction(const Subject& subject,
                                 RecipientId recipient) const;

  // Erases the person: destroys all keys but those that an obligation of the
  // policy keeps, then removes what they sealed. When this returns nothing of
  // the rest opens, from any copy. A restriction goes on for what is kept, and
  // ends with it: nobody can lift it any more. A person of whom nothing is
  // known is OK. Call it again after an error: it goes on where it was, and it
  // returns the error of another's erasure that is stuck, once this one is at
  // its end. FailedPrecondition if an obligation that the policy at work does
  // not know keeps data of him: a newer policy is at work elsewhere.
  absl::StatusOr<ErasureReceipt> Erase(const Subject& subject) const;

 private:
  friend class Engine;
  explicit Subjects(std::shared_ptr<engine::Core> core)
      : core_(std::move(core)) {}

  std::shared_ptr<engine::Core> core_;
};

}  // namespace privet

#endif  // PRIVET_SUBJECTS_H_
