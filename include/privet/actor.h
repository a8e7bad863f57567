// SPDX-License-Identifier: Apache-2.0
//
// One role of the host at one place: what code that touches data is handed.

#ifndef PRIVET_ACTOR_H_
#define PRIVET_ACTOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "privet/explain.h"
#include "privet/id.h"
#include "privet/outcome.h"
#include "privet/record.h"
#include "privet/sealed_record.h"
#include "privet/shared_record.h"
#include "privet/subject.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace privet {

namespace engine {
class Core;
}  // namespace engine

// A fact that only the host knows: the id and the value of a `fact` that the
// policy declares.
struct FactValue {
  std::string id;
  std::string value = "yes";
};

// What one request brings along. Everything is optional.
struct RequestOptions {
  // Facts of the request; one that is not given is unknown, never "no".
  std::vector<FactValue> facts;

  // A share with an AUTHORITY: its case, at most 256 bytes, and the categories
  // that it asked for; `"*"` is no list. Default: none, and such a share is
  // refused.
  std::string case_reference;
  std::vector<CategoryId> categories;
};

// A capability: who holds an Actor may claim the purposes of its role and store
// its record types, and nothing else. Made by Engine::ActAs() at start. A cheap
// handle: copy it freely; every call is const and safe from any thread.
//
// A call reads: who (the actor), what (the record), about whom, to whom, for
// what. Ids that the policy does not declare are InvalidArgument; a request
// that the policy refuses as a whole is PermissionDenied, or FailedPrecondition
// where only the subject's state stands in the way, and carries a Denial. Any
// call is Unavailable if a store does not answer (or would have to be waited
// for: EngineOptions::on_miss), and FailedPrecondition if the engine was made
// without the part that it needs. On an error nothing is output.
class Actor {
 public:
  // Seals `record` about `subject` for storage: drops what the policy does not
  // let the role store, makes the rest as small as it must be, encrypts each
  // compartment under the subject's keys, and gives it an id.
  //
  // Returns InvalidArgument if the bytes are malformed, if the record's own
  // subject field names somebody else, or if nothing is left to store;
  // ResourceExhausted if it is too large (docs/errors.md). Costs
  // microseconds; the first record about a person, and the first of an epoch,
  // wait for one flush of the vault.
  absl::StatusOr<SealedRecord> Seal(const Record& record,
                                    const Subject& subject,
                                    const RequestOptions& options = {},
                                    Outcome* outcome = nullptr) const;

  // Opens what `purpose` may see of `sealed` into `message`, which is of the
  // record's type and is cleared first. Only compartments that the purpose may
  // see are decrypted.
  //
  // Returns NotFound if the record's keys are destroyed, or it is due;
  // PermissionDenied if it is about somebody else, or holds nothing that the
  // purpose may see: an empty message would be one that nothing has proved to
  // be of this record; DataLoss if it was altered or is in the wrong place.
  absl::Status OpenInto(const SealedRecord& sealed, const SubjectMatch& subject,
                        PurposeId purpose, google::protobuf::Message* message,
                        const RequestOptions& options = {},
                        Outcome* outcome = nullptr) const;

  // As OpenInto(), as a new T.
  template <typename T>
  absl::StatusOr<T> Open(const SealedRecord& sealed,
                         const SubjectMatch& subject, PurposeId purpose,
                         const RequestOptions& options = {},
                         Outcome* outcome = nullptr) const {
    T message;
    absl::Status status =
        OpenInto(sealed, subject, purpose, &message, options, outcome);
    if (!status.ok()) return status;
    return message;
  }

  // As OpenInto(), serialized, for a type that is not linked: one that the
  // policy declares, say.
  absl::StatusOr<std::string> OpenBytes(const SealedRecord& sealed,
                                        const SubjectMatch& subject,
                                        PurposeId purpose,
                                        const RequestOptions& options = {},
                                        Outcome* outcome = nullptr) const;

  // Replaces fields of `sealed` by those that `changes` has a value for, and
  // keeps all others, also those that this role may not see, and those that may
  // not be stored just now (while an objection is pending, or without the facts
  // that were given at sealing), of which nothing is indexed until they may be.
  // What is due, or has lost its ground, leaves as at the next sweep. Repeated
  // fields and maps are replaced whole. The id and the time of creation stay
  // (retention does not restart), the revision grows by one: stores write it
  // only over the revision that was read. `changes` need not name the subject;
  // `outcome` tells of `changes` alone. The role must be one that may store the
  // type.
  //
  // Returns the codes of Seal() and OpenInto(): NotFound if nothing is left of
  // the record.
  absl::StatusOr<SealedRecord> Amend(const SealedRecord& sealed,
                                     const Record& changes,
                                     const Subject& subject,
                                     const RequestOptions& options = {},
                                     Outcome* outcome = nullptr) const;

  // Makes of a stored record what `recipient` may be sent for `purpose`. The
  // disclosure is durable before this returns: one row for each person,
  // recipient and UTC day, and with an AUTHORITY one for each share, with its
  // case.
  absl::StatusOr<SharedRecord> Share(const SealedRecord& sealed,
                                     const SubjectMatch& subject,
                                     RecipientId recipient, PurposeId purpose,
                                     const RequestOptions& options = {},
                                     Outcome* outcome = nullptr) const;

  // The same of a record that is not stored.
  absl::StatusOr<SharedRecord> Share(const Record& record,
                                     const Subject& subject,
                                     RecipientId recipient, PurposeId purpose,
                                     const RequestOptions& options = {},
                                     Outcome* outcome = nullptr) const;

  // Reduces a record in hand to what `purpose` may see, serialized. Needs no
  // key and no store; without a state store nothing is known of any subject.
  absl::StatusOr<std::string> Minimize(const Record& record,
                                       const Subject& subject,
                                       PurposeId purpose,
                                       const RequestOptions& options = {},
                                       Outcome* outcome = nullptr) const;

  // As Minimize(), into `bytes`, whose memory is used again. It is emptied on
  // an error.
  absl::Status MinimizeInto(const Record& record, const Subject& subject,
                            PurposeId purpose, std::string* bytes,
                            const RequestOptions& options = {},
                            Outcome* outcome = nullptr) const;

  // Explains why `category` may be used for `purpose` (or, with a recipient,
  // shared with it), or may not. Slow: for people.
  absl::StatusOr<Explanation> Explain(CategoryId category,
                                      const Subject& subject, PurposeId purpose,
                                      RecipientId recipient = RecipientId(),
                                      const RequestOptions& options = {}) const;

  // Explains why `category` in a record of `type` may be stored, or may not.
  absl::StatusOr<Explanation> ExplainStore(
      CategoryId category, std::string_view type, const Subject& subject,
      const RequestOptions& options = {}) const;

 private:
  friend class Engine;
  Actor(std::shared_ptr<engine::Core> core, ActorId actor, RegionId region)
      : core_(std::move(core)), actor_(actor), region_(region) {}

  std::shared_ptr<engine::Core> core_;
  ActorId actor_;
  RegionId region_;
};

}  // namespace privet

#endif  // PRIVET_ACTOR_H_
