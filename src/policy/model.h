// SPDX-License-Identifier: Apache-2.0
//
// A checked policy with every name resolved: rules as sets of small numbers.

#ifndef PRIVET_POLICY_MODEL_H_
#define PRIVET_POLICY_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/civil_time.h"
#include "policy/bits.h"
#include "policy/decision.h"
#include "policy/finding.h"
#include "policy/forms.h"
#include "policy/limits.h"
#include "policy/names.h"
#include "policy/places.h"
#include "policy/questions.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {

// A selector. Sets are over leaves, `regions` over classes of data places.
struct Reach {
  std::uint8_t operations = 0;  // bit 1 << Operation
  Bits categories, purposes, actors, regions;
  Bits recipients;
  bool needs_recipient = false;  // names recipients or roles

  bool Includes(Operation operation) const {
    return (operations >> static_cast<unsigned>(operation)) & 1;
  }
  // `recipient`: Names::kNone where there is none.
  bool IncludesRecipient(std::uint32_t recipient) const {
    return recipient == Names::kNone ? !needs_recipient
                                     : recipients.Test(recipient);
  }
};

// A form for some categories; of those of one rule the most specific counts.
struct Shape {
  Bits categories;
  std::size_t specificity = 0;
  Form form = kWhole;
};

enum class Effect : std::uint8_t { kPermit, kForbid, kRequire };

struct RuleInfo {
  std::string_view name;
  FieldPath path;
  Effect effect = Effect::kForbid;
  Reach reach;
  v1::Basis::Kind basis = v1::Basis::BASIS_UNSPECIFIED;
  Requirement when;
  std::vector<Requirement> unless;
  std::vector<Shape> shapes;
};

struct PurposeInfo {
  v1::Basis::Kind basis = v1::Basis::BASIS_UNSPECIFIED;
  std::uint32_t kinds = 0;  // bit 1 << Purpose.Kind
  bool goes_on_while_restricted = false;
  bool objectable = false;           // said by it or a group around it
  std::string_view obligation;       // LEGAL_OBLIGATION: oldest name
  std::vector<Question> consents;    // one is enough
  std::vector<Question> objections;  // one is too many

  bool Is(v1::Purpose::Kind kind) const { return (kinds >> kind) & 1; }
};

struct ActorInfo {
  Bits purposes;
  std::vector<std::string_view> stores;
  bool human = false;  // said by it or a group around it
  Bits regions;        // classes of data places
};

struct RecipientInfo {
  v1::Recipient::Role role = v1::Recipient::ROLE_UNSPECIFIED;
  Bits purposes, categories;
  Bits regions;  // classes of data places, its sub-processors' included
  bool has_agreement = false;
  absl::CivilDay starts, ends;
  std::vector<std::vector<Shape>> shapes;  // its own and those of its groups
  Question question = 0;                   // agreement, notice or instruction
};

struct ResidencyInfo {
  Bits categories, regions;
  std::vector<Line> subject;  // none: for all; else one line
};

struct InvariantInfo {
  enum Kind { kNever, kAlways, kOnly } kind = kNever;
  std::string_view name;
  FieldPath path;
  Reach reach;
  Requirement when;
  std::vector<Requirement> unless;
  std::vector<Shape> unless_transformed;
};

// Immutable but for `forms`, which grows under the lock of the builders.
struct Model {
  explicit Model(std::shared_ptr<const v1::Policy> policy,
                 const Limits& limits = {});

  std::shared_ptr<const v1::Policy> policy;
  Limits limits;
  Names categories{"category"}, purposes{"purpose"}, actors{"actor"},
      recipients{"recipient"};
  Names events{"event"}, obligations{"obligation"}, retentions{"retention"},
      records{"record type"};
  Places places;
  Partition data_regions;     // of places where data will be
  Partition subject_regions;  // of places whose law protects people
  Questions questions;
  Question restricted = 0, minor = 0, kind = 0, region = 0;
  Question has_case = 0, listed = 0;
  std::unique_ptr<Forms> forms;

  std::vector<std::uint32_t> category_flags;  // bit 1 << Category.Flag
  std::vector<PurposeInfo> purpose;
  std::vector<ActorInfo> actor;
  std::vector<RecipientInfo> recipient;
  std::vector<RuleInfo> rules;
  std::vector<ResidencyInfo> residencies;
  std::vector<InvariantInfo> invariants;

  // By actor: equal for those whom no rule or invariant tells apart, and who
  // are in the same regions.
  std::vector<std::uint32_t> actor_class;
  std::uint32_t actor_class_count = 0;

  std::vector<std::vector<std::uint32_t>> rules_of;        // by category
  std::vector<std::vector<std::uint32_t>> residencies_of;  // by category

  bool HasFlag(Category category, v1::Category::Flag flag) const {
    return (category_flags[category] >> flag) & 1;
  }
  std::size_t category_count() const { return category_flags.size(); }
};

// Returns the forms that `shapes` give a category: those of the most specific
// ids; kNothing if none covers it.
Forms::Set FormsOf(const std::vector<Shape>& shapes, Category category,
                   Forms* forms);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_MODEL_H_
