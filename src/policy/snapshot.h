// SPDX-License-Identifier: Apache-2.0
//
// One policy, compiled: the tables that decide.

#ifndef PRIVET_POLICY_SNAPSHOT_H_
#define PRIVET_POLICY_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/keep.h"
#include "policy/context.h"
#include "policy/decision.h"
#include "policy/finding.h"
#include "policy/limits.h"
#include "policy/retention_class.h"
#include "policy/subject_state.h"
#include "privet/explain.h"
#include "privet/id.h"

namespace privet::v1 {
class Policy;
class Transform;
}  // namespace privet::v1

namespace privet::policy {

// The law of which place protects a person, as far as the policy tells places
// apart: 0 is "unknown", the rest is dense. Known once a person is read.
using RegionClass = std::uint32_t;
inline constexpr RegionClass kUnknownRegion = 0;

// What a snapshot can know of a person: made once when the state of the person
// is read, then shared by every call. Belongs to the snapshot that made it.
struct SubjectFacts {
  std::vector<std::uint16_t> values;  // an answer to each of its questions
  RegionClass region = kUnknownRegion;
};

// Ids that enter keys or sealed bytes: they keep their oldest name for ever.
enum class Sealed {
  kPolicy,
  kCategory,
  kRecordType,
  kRecipient,
  kRetention,
  kEvent,
  kObligation,
};

// An explanation, and of a refusal what stands in the way.
struct Explained : Explanation {
  // The later, the nearer it was to a yes.
  enum Obstacle : std::uint8_t {
    kSilence,  // no rule permits it, or the recipient never gets the category
    kPolicy,   // a rule or a gate refuses it, or the request lacks something
    kSubject,  // only what the person said, or the state that he is in
  };
  Obstacle obstacle = kSilence;
};

class Snapshot {
 public:
  // Compiles and proves. InvalidArgument, listing what is wrong, for a policy
  // whose forms contradict each other or whose `never`, `always` or `only` does
  // not hold, or that is too large to be decided or proved; `findings` gets the
  // same, with places. The policy is one that was checked, but nothing breaks
  // on any other.
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Compile(
      std::shared_ptr<const v1::Policy> policy, Findings* findings = nullptr,
      const Limits& limits = {});
  ~Snapshot();

  const v1::Policy& policy() const;

  // -- Names -----------------------------------------------------------------

  // Returns the leaf category called `name`, now or before. InvalidArgument,
  // naming near ones, if there is none or it is a group.
  absl::StatusOr<Category> FindCategory(std::string_view name) const;
  std::string_view CategoryName(Category category) const;
  std::size_t category_count() const;

  // Returns the name by which `name` (now or before) stands in keys and sealed
  // bytes; `name` itself if the policy does not know it. Of kPolicy: the
  // policy's own. Lives as long as the snapshot, or as `name`.
  std::string_view OldestName(Sealed kind, std::string_view name) const;

  // Returns the names by which all that the policy declares of a kind, but
  // groups, stands in keys and sealed bytes.
  std::vector<std::string_view> OldestNames(Sealed kind) const;

  // -- Decisions -------------------------------------------------------------

  // Returns the context, made at first use and kept; later look-ups do not
  // lock. InvalidArgument, naming the id and near ones, for an id that is
  // unknown or a group, or where the operation takes none: kStore takes no
  // purpose and no recipient, kUse no recipient; kShare may leave out `region`
  // (the recipient's count). For kStore `region` is that of the store, and
  // `record_type` what the actor would store.
  //
  // A request that no word can permit has a context all the same: every
  // decision of it is a denial, which Explain() explains.
  absl::StatusOr<const Context*> FindContext(
      Operation operation, ActorId actor, PurposeId purpose,
      RecipientId recipient, RegionId region,
      std::string_view record_type = {}) const;

  // Compiles what is known of a person. Names that the policy does not know
  // answer nothing, except that they never make an answer laxer: any minor
  // group restricts, an objection covers all that lies beneath its name.
  SubjectFacts FactsOf(const SubjectState& state) const;

  // Returns InvalidArgument if what a host says of a person (region, kind,
  // facts) is not declared, a region is no single place, or a fact is given
  // twice. Does not repeat what may tell of the person.
  absl::Status CheckPerson(const SubjectState& person) const;

  // Returns InvalidArgument, naming near ones, if `id` is no kind of people
  // that the policy declares: a rule for one kind would not hold for it.
  absl::Status CheckSubjectKind(std::string_view id) const;

  // Returns InvalidArgument if `request` names a fact, a value or a category
  // that is not declared, a fact twice, or a group of categories.
  absl::Status CheckRequest(const RequestState& request) const;

  // Explains the decision on a field of `categories` (or, empty, on a public
  // field, that is on the request as such): the rules that permit and shape it,
  // or the rule or gate that refuses and what would lift it. Slow: walks the
  // rules one by one.
  Explained Explain(const Context& context,
                    absl::Span<const Category> categories,
                    const Word& word) const;

  // Returns the transform of a form, canonical; for kWhole `whole {}`.
  const v1::Transform& FormOf(Form form) const;
  std::size_t form_count() const;

  // Returns every form in which some rule or recipient may let a field of
  // `categories` through, rising, without kWhole: what must fit the field.
  std::vector<Form> FormsOf(absl::Span<const Category> categories) const;

  // Returns InvalidArgument, naming the request and both rules, if a field of
  // `categories` (sorted) would get two forms neither of which is the stronger
  // on one reachable request, if two obligations keep it, or if the rules on
  // them ask too much at once to be decided. Slow: for binding.
  absl::Status CheckField(absl::Span<const Category> categories) const;

  // Returns whether `purpose` goes on for a restricted person or a minor.
  bool GoesOnWhileRestricted(PurposeId purpose) const;

  // Returns whether any purpose or obligation may still open a field of
  // `categories` about this person: some request, whatever its facts and day,
  // would be permitted once no restriction is in force. False: it is due at the
  // next sweep (POLICY.md 2(9)). What is unknown of the person never ends it,
  // nor does what is too large to be decided.
  bool HasGround(absl::Span<const Category> categories,
                 const SubjectFacts& subject) const;

  // -- Fate ------------------------------------------------------------------

  // Returns a key that is equal for two category sets exactly if the same rules
  // for STORE and USE, the same residencies and the same flags select them,
  // with the same retentions and obligation (POLICY.md 2(11)).
  std::string FateOf(absl::Span<const Category> categories) const;

  // Returns whether the person may object to a leaf purpose: its basis, or that
  // of a rule that permits something for it, lets people object.
  bool MayObject(std::string_view purpose) const;

  // Returns the class of places that `region` (a region id; empty: unknown)
  // lies in, and how many there are with kUnknownRegion.
  RegionClass RegionClassOf(std::string_view region) const;
  RegionClass region_class_count() const;

  // Returns the retention class of `categories` for a person of `region`; for
  // kUnknownRegion every retention covers. FailedPrecondition if none covers
  // (it cannot be stored), InvalidArgument if two obligations do. Lives as long
  // as the snapshot.
  absl::StatusOr<const RetentionClass*> ClassOf(
      absl::Span<const Category> categories, RegionClass region) const;

  // Returns the keep in force for a period of a sealed record: the smaller of
  // the one that it was sealed with and the one of this policy. A retention
  // that counts from elsewhere now leaves it as it was.
  base::Keep EffectiveKeep(const Period& sealed) const;

  // Returns whether `purpose` is one of those for which `obligation` (any of
  // its names) keeps data: to these it is restricted once another retention has
  // ended.
  bool Serves(PurposeId purpose, std::string_view obligation) const;

 private:
  struct Impl;
  explicit Snapshot(std::unique_ptr<const Impl> impl);

  std::unique_ptr<const Impl> impl_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_SNAPSHOT_H_
