// SPDX-License-Identifier: Apache-2.0
//
// A policy as binding sees it, made of whatever a test says.

#ifndef PRIVET_TESTS_RECORD_FAKE_RULES_H_
#define PRIVET_TESTS_RECORD_FAKE_RULES_H_

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "privet/v1/policy.pb.h"
#include "record/rules.h"

namespace privet::testing {

class FakeRules : public record::Rules {
 public:
  // Declares a category: what splits it off, and who must keep it.
  policy::Category Add(const std::string& name, const std::string& fate,
                       const std::string& retention = "r",
                       const std::string& obligation = "") {
    names_.push_back({name, fate, retention, obligation});
    return static_cast<policy::Category>(names_.size() - 1);
  }
  // Lets a category through in this form.
  policy::Form AddForm(policy::Category category, const v1::Transform& said) {
    forms_.push_back(said);
    const auto form = static_cast<policy::Form>(forms_.size());
    forms_of_[category].push_back(form);
    return form;
  }
  record::ResidueRule* AddResidue(const std::string& retention) {
    residues_.push_back({retention, {}});
    return &residues_.back();
  }
  // Lets `category` leave something by step `step` of `rule`.
  void Leave(policy::Category category, record::ResidueRule* rule,
             std::size_t step) {
    steps_[{rule, category}] = step;
  }

  v1::Record record;  // declared, if it has a type

  const v1::Record* FindRecord(std::string_view type) const override {
    return record.type() == type ? &record : nullptr;
  }
  absl::StatusOr<policy::Category> FindCategory(
      std::string_view name) const override {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i].name == name) return static_cast<policy::Category>(i);
    }
    return absl::InvalidArgumentError("category `" + std::string(name) +
                                      "` is not declared");
  }
  absl::Status CheckSubjectKind(std::string_view id) const override {
    return id == "customer"
               ? absl::OkStatus()
               : absl::InvalidArgumentError("subject kind `" + std::string(id) +
                                            "` is not declared by the policy");
  }
  std::string_view CategoryName(policy::Category category) const override {
    return names_[category].name;
  }
  std::string_view SealedCategoryName(policy::Category c) const override {
    return names_[c].name;
  }
  absl::Status CheckCategories(
      absl::Span<const policy::Category> categories) const override {
    const bool bad =
        categories.size() > 1 && names_[categories[0]].name == "incomparable";
    return bad ? absl::InvalidArgumentError("forms contradict each other")
               : absl::OkStatus();
  }
  std::string FateOf(
      absl::Span<const policy::Category> categories) const override {
    return Union(categories, &Named::fate) + "/" +
           Union(categories, &Named::retention) + "/" +
           ObligationOf(categories);
  }
  std::string RetentionOf(
      absl::Span<const policy::Category> categories) const override {
    return Union(categories, &Named::retention) + ObligationOf(categories);
  }
  std::string ObligationOf(
      absl::Span<const policy::Category> categories) const override {
    return Union(categories, &Named::obligation);
  }
  std::vector<policy::Form> FormsOf(
      absl::Span<const policy::Category> categories) const override {
    std::vector<policy::Form> forms;
    for (const policy::Category category : categories) {
      const auto it = forms_of_.find(category);
      if (it == forms_of_.end()) continue;
      forms.insert(forms.end(), it->second.begin(), it->second.end());
    }
    return forms;
  }
  const v1::Transform& Transform(policy::Form form) const override {
    return forms_[form - 1u];
  }
  std::vector<const record::ResidueRule*> ResiduesOf(
      absl::Span<const policy::Category> categories) const override {
    std::vector<const record::ResidueRule*> found;
    for (const record::ResidueRule& rule : residues_) {
      for (const policy::Category category : categories) {
        if (FindResidueStep(rule, category) == nullptr) continue;
        found.push_back(&rule);
        break;
      }
    }
    return found;
  }
  const record::ResidueRule::Step* FindResidueStep(
      const record::ResidueRule& rule,
      policy::Category category) const override {
    const auto it = steps_.find({&rule, category});
    return it == steps_.end() ? nullptr : &rule.steps[it->second];
  }

 private:
  struct Named {
    std::string name, fate, retention, obligation;
  };

  std::string Union(absl::Span<const policy::Category> categories,
                    std::string Named::*member) const {
    std::vector<std::string> parts;
    for (const policy::Category category : categories) {
      parts.push_back(names_[category].*member);
    }
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    std::string all;
    for (const std::string& part : parts) {
      if (!part.empty()) all += (all.empty() ? "" : ",") + part;
    }
    return all;
  }

  std::vector<Named> names_;
  std::deque<v1::Transform> forms_;
  std::map<policy::Category, std::vector<policy::Form>> forms_of_;
  std::deque<record::ResidueRule> residues_;
  std::map<std::pair<const record::ResidueRule*, policy::Category>, std::size_t>
      steps_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_FAKE_RULES_H_
