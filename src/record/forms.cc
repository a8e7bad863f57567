// SPDX-License-Identifier: Apache-2.0
//
// Compiles the transforms that may apply to the fields of a type, and refuses
// those that do not fit.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "privet/v1/policy.pb.h"
#include "record/draft.h"
#include "transform/transform.h"

namespace privet::record {
namespace {

class FormCompiler {
 public:
  FormCompiler(Draft* draft, const Scanners& scanners)
      : draft_(*draft), tables_(*draft->tables), scanners_(scanners) {}

  void Compile() {
    for (const Leaf& leaf : draft_.leaves) {
      if (leaf.tag.is_public) continue;
      for (const policy::Form form :
           draft_.rules.FormsOf(leaf.tag.categories)) {
        const v1::Transform& said = draft_.rules.Transform(form);
        Add(leaf, said, &tables_.forms, form);
        if (leaf.step != nullptr) {
          v1::Transform both;
          *both.mutable_chain()->add_step() = *leaf.step->form;
          *both.mutable_chain()->add_step() = said;
          Add(leaf, both, &tables_.residue_forms, form);
        }
      }
      if (leaf.step != nullptr) {
        Add(leaf, *leaf.step->form, &tables_.residue_forms, policy::kWhole);
      }
    }
  }

 private:
  void Add(const Leaf& leaf, const v1::Transform& said, FormTable* table,
           policy::Form form) {
    const Field& field = tables_.fields[leaf.field];
    transform::Target target;
    target.type = field.type;
    target.category = draft_.rules.CategoryName(leaf.tag.first);
    target.sealed_category = draft_.rules.SealedCategoryName(leaf.tag.first);
    target.is_subject = leaf.field == tables_.subject_field;
    auto compiled = transform::Compile(said, target, scanners_);
    if (!compiled.ok()) {
      draft_.errors.push_back(
          absl::StrCat("field `", field.path,
                       "` has categories with a transform that does "
                       "not fit it: ",
                       compiled.status().message()));
      return;
    }
    if ((*compiled)->drops_all()) return;  // a form that is not there drops
    if (leaf.is_map_key && !(*compiled)->keeps_all()) {
      draft_.errors.push_back(absl::StrCat(
          "field `", field.path,
          "` is the key of a map and has categories with a transform, which "
          "might make two keys equal; tag the key and the value apart in the "
          "policy"));
      return;
    }
    FormRow& row = (*table)[form];
    row.transforms.resize(tables_.fields.size());
    row.transforms[leaf.field] = compiled->get();
    row.cells.Add(field.cell);
    tables_.transforms.push_back(*std::move(compiled));
  }

  Draft& draft_;
  Tables& tables_;
  const Scanners& scanners_;
};

}  // namespace

void CompileForms(Draft* draft, const Scanners& scanners) {
  FormCompiler(draft, scanners).Compile();
}

}  // namespace privet::record
