// SPDX-License-Identifier: Apache-2.0
//
// Start here. The engine keeps a policy at work: make one in main(), and hand
// out actors.

#ifndef PRIVET_ENGINE_H_
#define PRIVET_ENGINE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privet/actor.h"
#include "privet/engine_options.h"
#include "privet/id.h"
#include "privet/policy.h"
#include "privet/sealed_record.h"
#include "privet/subject.h"
#include "privet/subjects.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace privet {

// How one field of a record type is tagged, and with which it shares a fate.
struct TaggedField {
  std::string path;
  std::vector<std::string> categories;  // empty: public
  std::uint32_t compartment = 0;        // sealed, opened and dropped together
};

// A policy at work. A shared handle: copies are the same engine. Every call is
// const and safe from any thread; an engine owns no thread. A child after fork
// has none of its keys: calls that need them are FailedPrecondition there, and
// the child makes an engine of its own.
//
// Example:
//
//   auto engine = privet::Engine::Create(*policy, std::move(options));
//   if (!engine.ok()) return engine.status();
//   auto gateway = engine->ActAs(infermesh::actor::kGateway,
//                                infermesh::region::kDe);
class Engine {
 public:
  // Creates an engine, and binds every record type that the policy lists and
  // the program links (or `options.types` holds), or whose fields the policy
  // declares. Reads the vault, and replays into the stores what the ledger has
  // and they do not. A policy that is older than one that has been at work
  // decides for this engine, and takes the ground from nothing.
  //
  // Returns InvalidArgument if a record type does not bind: a field without a
  // tag, a transform that does not fit, a second definition, with its path and
  // what to do; FailedPrecondition if the parts do not belong together: keys
  // without durable state, a wrong root key, a store ahead of its ledger, no
  // locked memory, or a policy that does not declare an id under which
  // something was sealed with these keys; DataLoss if vault or ledger is
  // damaged; Unavailable if a store does not answer.
  static absl::StatusOr<Engine> Create(Policy policy,
                                       EngineOptions options = {});

  // Returns the capability of `actor`, working at `region`. Their texts need
  // not outlive the call.
  //
  // Returns InvalidArgument if either is not declared or is a group, and
  // PermissionDenied if the actor does not work there.
  absl::StatusOr<Actor> ActAs(ActorId actor, RegionId region) const;

  // Returns what people said, and their rights. FailedPrecondition on calls of
  // an engine without state.
  Subjects subjects() const;

  // Puts another policy to work at once, for the calls that begin from now on;
  // those under way end under the old one. What the new policy leaves without
  // ground even for who consents to everything is due at the next sweep; what
  // it leaves without for one person opens no more, and goes with its
  // retention.
  //
  // Returns InvalidArgument, and changes nothing, if a record type does not
  // bind; FailedPrecondition if the policy id differs, the version does not
  // grow, an id that stands in keys and sealed bytes vanished (a category,
  // record type, recipient, retention, event or obligation of the policy at
  // work; to rename one, write its old name in `was`), or a number of a
  // declared field has another type than in a policy that was at work before.
  absl::Status SetPolicy(Policy policy) const;

  // Returns the policy at work.
  Policy policy() const;

  // Reads into memory what sealing records about `subject`, and opening those
  // of the present epochs, needs. Such calls then wait for no store, until the
  // state or a key of anybody changes: the next reads again what it needs or,
  // by EngineOptions::on_miss, is Unavailable; prefetch again. (A call that
  // comes EngineOptions::key_cache_ttl after the last look reads a few numbers,
  // to see whether something has changed; and the first record of a person to
  // whom an event has happened writes its deadline.) NotFound if nothing is
  // known of him.
  absl::StatusOr<SubjectLease> Prefetch(const Subject& subject) const;

  // Returns `message` as one line for a log: public fields as they are, every
  // other as `***`; `<type>` alone if the type is not bound.
  std::string LogSafe(const google::protobuf::Message& message) const;

  // Returns the fields of a bound record type. InvalidArgument for another.
  absl::StatusOr<std::vector<TaggedField>> Tag(std::string_view type) const;

  // Returns where a record with `value` is found: for RecordStore::Find() and
  // FindUnique(). `index` is the name that the policy gives it, or the first
  // category of the field. InvalidArgument for an index that no bound type has;
  // ResourceExhausted for a value of more than 65,535 bytes.
  absl::StatusOr<IndexTag> IndexOf(std::string_view index,
                                   std::string_view value) const;

 private:
  explicit Engine(std::shared_ptr<engine::Core> core)
      : core_(std::move(core)) {}

  std::shared_ptr<engine::Core> core_;
};

}  // namespace privet

#endif  // PRIVET_ENGINE_H_
