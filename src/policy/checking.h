// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the check share: the declared names, and where findings go.

#ifndef PRIVET_POLICY_CHECKING_H_
#define PRIVET_POLICY_CHECKING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "policy/check.h"
#include "policy/finding.h"
#include "policy/record_paths.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {

// Kinds of names that a policy declares.
enum class Kind : std::uint8_t {
  kController,
  kSubjectKind,
  kRegion,
  kCategory,
  kPurpose,
  kActor,
  kRecipient,
  kFact,
  kEvent,
  kObligation,
  kRecord,
  kRetention,
  kMinors,
};
inline constexpr std::size_t kKindCount = 13;

// Returns the word for messages, and the field of v1::Policy.
std::string_view WordOf(Kind kind);
int FieldOf(Kind kind);

// Which values a list of names may have beside declared ones.
enum class Star : bool { kNo, kAllowed };
// Whether a name may be a group, with others beneath it.
enum class Group : bool { kNo, kAllowed };

// One run of the check.
class Checking {
 public:
  Checking(const v1::Policy& policy, const Incomplete& incomplete);

  const v1::Policy& policy() const { return policy_; }
  const Incomplete& incomplete() const { return incomplete_; }
  Findings& findings() { return findings_; }

  // Adds an error; after kMost no more are kept.
  static constexpr std::size_t kMost = 1'000;
  void Error(FieldPath path, std::string message, std::string remedy = "");

  // Blocks of one kind, and places that are named by their codes.
  static constexpr int kMostBlocks = 10'000;
  static constexpr std::size_t kMostPlaces = 10'000;
  // Whether there is too much for what works with everything at once.
  bool is_over() const {
    return findings_.size() >= kMost || places_.size() > kMostPlaces;
  }

  // ---- names
  // Returns the index of the block that declares `id`, or -1.
  int Find(Kind kind, std::string_view id) const;
  bool IsGroup(Kind kind, std::string_view id) const;
  const std::vector<std::string_view>& Names(Kind kind) const {
    return names_[static_cast<std::size_t>(kind)];
  }

  // Reports `id`, at `path`, unless it is declared, or others are beneath it.
  // Returns whether it is fine.
  bool Refer(Kind kind, std::string_view id, const FieldPath& path,
             Group group = Group::kAllowed);

  // The same for each of a list, whose field is the last step of `path`.
  template <typename Ids>
  void ReferAll(Kind kind, const Ids& ids, FieldPath path,
                Star star = Star::kNo, Group group = Group::kAllowed) {
    for (int i = 0; i < ids.size(); ++i) {
      path.back().index = i;
      if (star == Star::kAllowed && ids.Get(i) == "*") continue;
      Refer(kind, ids.Get(i), path, group);
    }
  }

  // ---- values
  // Each reports a value that is not of its form; an empty one is fine.
  void CheckDate(std::string_view text, const FieldPath& path);
  void CheckKeep(std::string_view text, const FieldPath& path,
                 bool business_days = false);
  void NotSupported(FieldPath path, std::string_view what,
                    std::string_view instead);

 private:
  void Declare(Kind kind, std::string_view id, int index);
  std::string Hint(Kind kind, std::string_view id) const;

  const v1::Policy& policy_;
  const Incomplete& incomplete_;
  Findings findings_;
  absl::flat_hash_set<std::string_view> places_;  // codes
  std::array<absl::flat_hash_map<std::string_view, int>, kKindCount> index_;
  std::array<absl::flat_hash_map<std::string_view, int>, kKindCount> groups_;
  std::array<std::vector<std::string_view>, kKindCount> names_;
};

// Longest name, in bytes.
inline constexpr std::size_t kMostIdBytes = 200;

// Returns whether `text` is a dotted id: parts of lower-case letters, digits,
// `_` and `-` that begin with a letter or digit, between single dots.
bool IsId(std::string_view text);

// Returns whether `code` is a country of ISO 3166-1 in lower case, or a part of
// one: `de`, `us-ca`.
bool IsPlaceCode(std::string_view code);

// Returns whether the period begins when the record is made, which needs not be
// written.
bool CountsFromCreation(const v1::Retention& retention);

// Returns whether `text` is a day such as `2026-04-02`.
bool IsDate(std::string_view text);

// The parts of the check, one for each file.
bool CheckSizes(Checking* checking);     // check_sizes.cc; false: go no further
void CheckValues(Checking* checking);    // check_values.cc
void CheckNames(Checking* checking);     // check_names.cc
void CheckParties(Checking* checking);   // check_parties.cc
void CheckPurposes(Checking* checking);  // check_purposes.cc
void CheckRecords(Checking* checking);   // check_records.cc
void CheckRules(Checking* checking);     // check_rules.cc
void CheckRetention(Checking* checking);  // check_retention.cc
void CheckBlocks(Checking* checking);     // check_blocks.cc
void CheckReach(Checking* checking);      // check_reach.cc; comes last

// Used by more than one of them.
void CheckSelector(Checking* checking, const v1::Selector& selector,
                   const FieldPath& path);
void CheckCondition(Checking* checking, const v1::Condition& condition,
                    const FieldPath& path);
void CheckFact(Checking* checking, const v1::FactIs& fact,
               const FieldPath& path);
// Whether the result of a transform may be of another category than its field.
enum class Becomes : bool { kNo, kAllowed };
void CheckTransform(Checking* checking, const v1::Transform& transform,
                    const FieldPath& path, Becomes becomes = Becomes::kNo);
// Returns whether the transform, or a step of it, is a pseudonym.
bool HasPseudonym(const v1::Transform& transform);

// Of a record that declares its fields: part of CheckRecords().
void CheckDeclaredRecord(Checking* checking, int index,
                         const FieldsByPath& by_path);  // check_declared.cc

}  // namespace privet::policy

#endif  // PRIVET_POLICY_CHECKING_H_
