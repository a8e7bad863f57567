// SPDX-License-Identifier: Apache-2.0
//
// One policy, compiled: the tables that decide.

#ifndef PRIVET_POLICY_SNAPSHOT_H_
#define PRIVET_POLICY_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "policy/retention_class.h"
#include "policy/subject_state.h"
#include "privet/denial.h"
#include "privet/id.h"

namespace privet::v1 {
class Policy;
class Transform;
}  // namespace privet::v1

namespace privet::policy {

enum class Operation : std::uint8_t { kStore = 1, kUse = 2, kShare = 3 };

// Index of a leaf category; dense, by order of declaration.
using Category = std::uint32_t;

// Index of a form of the snapshot; 0 is the value as it is.
using Form = std::uint16_t;
inline constexpr Form kWhole = 0;

// A decision of a context as a function of the state word; interned by meaning
// within the context, so equal functions have equal numbers.
using Node = std::uint32_t;

// Which atoms of the snapshot hold for a person: made once when the state of
// the person is read, then shared by every call.
struct SubjectFacts {
  std::vector<std::uint64_t> yes;  // known to hold
  std::vector<std::uint64_t> no;   // known not to hold; neither: unknown
};

// The same, of one call, over the atoms of its context.
struct Word {
  std::uint64_t yes[2] = {0, 0};
  std::uint64_t no[2] = {0, 0};
};

struct Verdict {
  bool permitted = false;
  Form form = kWhole;
};

// One resolved (operation, actor, purpose, recipient, region); lives as long as
// its snapshot, and is immutable but for an append-only table of nodes.
class Context {
 public:
  // Makes the word of one call; `day` is a UTC day. Linear in the atoms.
  Word MakeWord(const SubjectFacts& subject, const RequestState& request,
                absl::CivilDay day) const;

  // Returns the decision on a field of all of `categories` (sorted): for kStore
  // that of some one purpose (POLICY.md 2(8)). Builds it at first use.
  Node NodeOf(absl::Span<const Category> categories) const;

  // Returns the decision on a public field: the gates alone.
  Node PublicNode() const;

  // Decides. No lock, no allocation, a few nanoseconds.
  Verdict Evaluate(Node node, const Word& word) const;
  // Decides one leaf category, through this context's column.
  Verdict Decide(Category category, const Word& word) const;
};

class Snapshot {
 public:
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Compile(
      std::shared_ptr<const v1::Policy> policy);

  // Returns the context, made at first use and kept. InvalidArgument, naming
  // the id and near ones, for an id that is unknown or a group. kStore takes no
  // purpose and no recipient; kUse no recipient. For kStore `record_type` is
  // what the actor would store.
  absl::StatusOr<const Context*> FindContext(
      Operation operation, ActorId actor, PurposeId purpose,
      RecipientId recipient, RegionId region,
      std::string_view record_type) const;

  // Compiles what is known of a person against this snapshot.
  SubjectFacts FactsOf(const SubjectState& state) const;

  // Explains a refusal of `categories` (or, empty, of the whole request): the
  // rule or gate that decided. Slow: walks the rules one by one.
  Denial Explain(const Context& context, absl::Span<const Category> categories,
                 const Word& word) const;

  // Returns the transform of a form, canonical; for kWhole `whole {}`.
  const v1::Transform& FormOf(Form form) const;

  // Returns a key that is equal for two category sets exactly if the same
  // rules for STORE and USE, the same residencies and the same flags select
  // them, with the same retentions and obligation (POLICY.md 2(11)).
  std::string FateOf(absl::Span<const Category> categories) const;

  // Returns the retention class of `categories` for a person of `region`
  // (empty: unknown, so every retention covers).
  absl::StatusOr<const RetentionClass*> ClassOf(
      absl::Span<const Category> categories, std::string_view region) const;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_SNAPSHOT_H_
