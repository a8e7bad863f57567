// SPDX-License-Identifier: Apache-2.0

#include "record/plan.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "record/draft.h"
#include "record/tables.h"

namespace privet::record {
namespace {

constexpr std::uint8_t kRowVersion = 1;
constexpr std::uint8_t kRowPublic = 1;

// Returns whether one path leads to the other, or to a place in it.
bool OneLeadsToOther(const std::vector<std::uint32_t>& a,
                     const std::vector<std::uint32_t>& b) {
  const std::size_t size = std::min(a.size(), b.size());
  return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size),
                    b.begin());
}

}  // namespace

// Makes plans.
class PlanMaker {
 public:
  PlanMaker(const Rules& rules, const google::protobuf::Descriptor* type,
            const Scanners& scanners)
      : rules_(rules), type_(type), scanners_(scanners) {}

  absl::StatusOr<std::unique_ptr<Plan>> Make() {
    Draft draft(rules_, type_);
    Name(&draft);
    GrowTree(&draft);
    Finish(&draft);
    PRIVET_RETURN_IF_ERROR(StatusOf(draft));
    const std::vector<const ResidueRule*> residues = ResiduesOf(draft);
    if (residues.size() > 1) {
      draft.errors.push_back(absl::StrCat(
          "retentions `", residues[0]->retention, "` and `",
          residues[1]->retention,
          "` both leave a residue of this type, and only one may; take the "
          "residue out of one of them"));
      return StatusOf(draft);
    }
    if (!residues.empty()) {
      PRIVET_ASSIGN_OR_RETURN(draft.tables->residue, MakeResidue(*residues[0]));
      draft.tables->residue_retention = residues[0]->retention;
    }
    return Build(&draft);
  }

 private:
  void Name(Draft* draft) {
    Tables& tables = *draft->tables;
    tables.descriptor = type_;
    tables.type = std::string(type_->full_name());
    tables.sealed_type = tables.type;
    const v1::Record* declared = draft->tags.declared();
    if (declared != nullptr && declared->was_size() > 0) {
      tables.sealed_type = declared->was(0);
    }
  }

  void Finish(Draft* draft) {
    AssignCompartments(draft);
    if (draft->tables->compartments.size() <= kMaxCompartments) {
      ComputeReach(draft);
    }
    ResolveRoles(draft);
    CompileForms(draft, scanners_);
  }

  // Returns the residue rules that keep something of this type.
  std::vector<const ResidueRule*> ResiduesOf(const Draft& draft) {
    std::vector<const ResidueRule*> found;
    for (const Leaf& leaf : draft.leaves) {
      if (leaf.tag.is_public) continue;
      for (const ResidueRule* rule : rules_.ResiduesOf(leaf.tag.categories)) {
        if (StepOf(*rule, leaf) == nullptr) continue;
        if (std::find(found.begin(), found.end(), rule) == found.end()) {
          found.push_back(rule);
        }
      }
    }
    return found;
  }

  // Returns the step by which the leaf stays: that of all its categories.
  const ResidueRule::Step* StepOf(const ResidueRule& rule, const Leaf& leaf) {
    const ResidueRule::Step* step = nullptr;
    for (const policy::Category category : leaf.tag.categories) {
      const ResidueRule::Step* const one =
          rules_.FindResidueStep(rule, category);
      if (one == nullptr || (step != nullptr && one != step)) return nullptr;
      step = one;
    }
    return step;
  }

  absl::StatusOr<std::unique_ptr<const Plan>> MakeResidue(
      const ResidueRule& rule) {
    Draft draft(rules_, type_);
    draft.residue = &rule;
    Name(&draft);
    absl::StrAppend(&draft.tables->sealed_type, "#", rule.retention);
    GrowTree(&draft);
    std::vector<Leaf> kept;
    for (Leaf& leaf : draft.leaves) {
      leaf.step = leaf.tag.is_public ? nullptr : StepOf(rule, leaf);
      leaf.tag.index.reset();
      if (leaf.step == nullptr) {
        for (const auto& at : leaf.entries) draft.EntryAt(at).actions = 0;
        continue;
      }
      if (!leaf.step->from_creation) {
        draft.errors.push_back(absl::StrCat(
            "field `", draft.PathOf(leaf), "` becomes `",
            std::string(rules_.CategoryName(leaf.step->becomes)),
            "`, which no retention ends that counts from creation; give it "
            "one"));
      }
      leaf.tag.categories = {leaf.step->becomes};
      leaf.tag.first = leaf.step->becomes;
      kept.push_back(std::move(leaf));
    }
    draft.leaves = std::move(kept);
    Finish(&draft);
    PRIVET_RETURN_IF_ERROR(StatusOf(draft));
    return Build(&draft);
  }

  absl::Status StatusOf(const Draft& draft) const {
    if (draft.errors.empty()) return absl::OkStatus();
    const std::string text =
        absl::StrCat("record type `", draft.tables->sealed_type,
                     "` does not bind: ", absl::StrJoin(draft.errors, "\n  "));
    return draft.unsupported ? absl::UnimplementedError(text)
                             : absl::InvalidArgumentError(text);
  }

  static std::unique_ptr<Plan> Build(Draft* draft) {
    std::unique_ptr<Plan> plan(new Plan);
    plan->tables_ = std::move(draft->tables);
    return plan;
  }

  const Rules& rules_;
  const google::protobuf::Descriptor* type_;
  const Scanners& scanners_;
};

Plan::Plan() = default;
Plan::~Plan() = default;

absl::StatusOr<std::shared_ptr<const Plan>> Plan::Bind(
    const Rules& rules, const google::protobuf::Descriptor* type,
    const Scanners& scanners) {
  PRIVET_ASSIGN_OR_RETURN(std::unique_ptr<Plan> plan,
                          PlanMaker(rules, type, scanners).Make());
  return std::shared_ptr<const Plan>(std::move(plan));
}

const google::protobuf::Descriptor* Plan::descriptor() const {
  return tables_->descriptor;
}
const std::string& Plan::type() const { return tables_->type; }
const std::string& Plan::sealed_type() const { return tables_->sealed_type; }
absl::Span<const Cell> Plan::cells() const { return tables_->cells; }
absl::Span<const Field> Plan::fields() const { return tables_->fields; }
absl::Span<const Compartment> Plan::compartments() const {
  return tables_->compartments;
}
const std::string& Plan::subject_path() const { return tables_->subject_path; }
const std::string& Plan::subject_kind() const { return tables_->subject_kind; }
const std::string& Plan::created_path() const { return tables_->created_path; }
const Plan* Plan::residue() const { return tables_->residue.get(); }
const std::string& Plan::residue_retention() const {
  return tables_->residue_retention;
}

std::string Plan::CatalogueRow(std::size_t compartment) const {
  const Compartment& from = tables_->compartments[compartment];
  std::string row;
  base::AppendInt(&row, kRowVersion);
  base::AppendInt(&row,
                  from.is_public ? kRowPublic : static_cast<std::uint8_t>(0));
  for (const std::uint16_t field : from.fields) {
    std::string path;
    for (const std::uint32_t number : tables_->fields[field].numbers) {
      base::AppendInt(&path, number);
    }
    base::AppendPart(&row, std::string_view(path));
  }
  return row;
}

absl::StatusOr<CellSet> Plan::CellsOf(std::string_view catalogue_row) const {
  base::ByteReader reader(catalogue_row);
  const auto version = reader.Int<std::uint8_t>();
  const auto flags = reader.Int<std::uint8_t>();
  CellSet cells;
  bool ok = reader.ok() && version == kRowVersion && flags <= kRowPublic;
  while (ok && !reader.AtEnd()) {
    const std::string_view raw = reader.Part();
    ok = reader.ok() && raw.size() % 4 == 0 && !raw.empty();
    if (!ok) break;
    std::vector<std::uint32_t> path;
    for (std::size_t i = 0; i < raw.size(); i += 4) {
      path.push_back(base::LoadInt<std::uint32_t>(raw.data() + i));
    }
    for (const Field& field : tables_->fields) {
      if (field.is_leaf && field.cell != kNoCell &&
          OneLeadsToOther(path, field.numbers)) {
        cells.Add(field.cell);
      }
    }
  }
  if (!ok) {
    return absl::DataLossError(
        absl::StrCat("the catalogue row of a compartment of `", tables_->type,
                     "` is damaged"));
  }
  return cells;
}

int Plan::FindCompartment(std::uint32_t id) const {
  const auto& all = tables_->compartments;
  const auto it = std::lower_bound(
      all.begin(), all.end(), id,
      [](const Compartment& c, std::uint32_t wanted) { return c.id < wanted; });
  if (it == all.end() || it->id != id) return -1;
  return static_cast<int>(it - all.begin());
}

const FormRow* Plan::TransformsOf(policy::Form form) const {
  const auto it = tables_->forms.find(form);
  return it == tables_->forms.end() ? nullptr : &it->second;
}

const FormRow* Plan::ResidueTransformsOf(policy::Form form) const {
  const auto it = tables_->residue_forms.find(form);
  return it == tables_->residue_forms.end() ? nullptr : &it->second;
}

}  // namespace privet::record
