// SPDX-License-Identifier: Apache-2.0
//
// What is known of a person, as answers to the questions of a policy.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/model.h"
#include "policy/nearest.h"
#include "policy/snapshot_impl.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

constexpr std::string_view kSuccessor = "successor:";

class Answers {
 public:
  explicit Answers(const Model& model) : model_(model) {
    facts_.values.resize(model.questions.size(), 0);
  }

  SubjectFacts Answer(const SubjectState& state) {
    AnswerPurposes(state);
    if (state.restricted) Set(About::kRestricted, "", 1);
    AnswerMinor(state.minor_group);
    for (const std::string& notice : state.notices) {
      Set(About::kNotice, NoticeId(notice), 1);
    }
    for (const std::string& event : state.happened) {
      const Names::Entry* entry = model_.events.Find(event);
      Set(About::kEvent, entry == nullptr ? event : entry->id, 1);
    }
    for (const std::string& recipient : state.instructed) {
      const Names::Entry* entry = model_.recipients.Find(recipient);
      if (entry != nullptr) Set(About::kInstructed, entry->id, 1);
    }
    for (const auto& [id, value] : state.facts)
      SetNamed(About::kFact, id, value);
    SetNamed(About::kKind, "", state.kind);
    const auto region = model_.places.Find(state.region);
    if (region.ok()) {
      facts_.region = model_.subject_regions.ClassOf(*region) + 1;
      Set(About::kRegion, "", facts_.region);
    }
    return std::move(facts_);
  }

 private:
  void Set(About about, std::string_view name, std::uint32_t answer) {
    const int question = model_.questions.Find(about, name);
    if (question < 0) return;
    const auto index = static_cast<std::size_t>(question);
    if (!model_.questions[static_cast<Question>(question)].of_person) return;
    facts_.values[index] = static_cast<std::uint16_t>(answer);
  }

  void SetNamed(About about, std::string_view name, std::string_view value) {
    const int question = model_.questions.Find(about, name);
    if (question < 0) return;
    const auto& answers =
        model_.questions[static_cast<Question>(question)].answers;
    const auto found = std::find(answers.begin(), answers.end(), value);
    if (found == answers.end()) return;
    Set(about, name, static_cast<std::uint32_t>(found - answers.begin()) + 1);
  }

  void AnswerMinor(std::string_view group) {
    if (group.empty()) return;
    Set(About::kMinor, "", 1);  // of a group that may be unknown
    SetNamed(About::kMinor, "", group);
  }

  void AnswerPurposes(const SubjectState& state) {
    for (const std::string& purpose : state.consents) {
      const Names::Entry* entry = model_.purposes.Find(purpose);
      if (entry != nullptr) Set(About::kConsent, entry->id, 1);
    }
    for (const std::string& purpose : state.objections) {
      const Names::Entry* entry = model_.purposes.Find(purpose);
      if (entry != nullptr) {
        Set(About::kObjection, entry->id, 1);
        continue;
      }
      // A group that is gone: what lay beneath it stays objected to.
      for (const Names::Entry& beneath : model_.purposes.entries()) {
        if (IdCovers(purpose, beneath.id)) {
          Set(About::kObjection, beneath.id, 1);
        }
      }
    }
  }

  std::string NoticeId(std::string_view notice) const {
    if (notice.substr(0, kSuccessor.size()) == kSuccessor) {
      const Names::Entry* entry =
          model_.recipients.Find(notice.substr(kSuccessor.size()));
      if (entry != nullptr)
        return absl::StrCat(View(kSuccessor), View(entry->id));
    }
    return std::string(notice);
  }

  const Model& model_;
  SubjectFacts facts_;
};

// `of_person`: whether the person is to have the fact, or the request.
absl::Status CheckFact(const Model& model, const std::string& id,
                       const std::string& value, bool of_person) {
  const int question = model.questions.Find(About::kFact, id);
  if (question < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("fact ", Quoted(id), " is not declared by the policy"));
  }
  const QuestionInfo& info = model.questions[static_cast<Question>(question)];
  if (info.of_person != of_person) {
    return absl::InvalidArgumentError(absl::StrCat(
        "fact ", Quoted(id),
        info.of_person ? " is about the subject; set it in the person's profile"
                       : " is about a request; give it with each call"));
  }
  if (std::find(info.answers.begin(), info.answers.end(), value) !=
      info.answers.end()) {
    return absl::OkStatus();
  }
  // The value itself may tell of a person: it is not repeated.
  return absl::InvalidArgumentError(absl::StrCat("a value of fact ", Quoted(id),
                                                 " is not declared; it has ",
                                                 List(info.answers, "or")));
}

using Facts = std::vector<std::pair<std::string, std::string>>;

absl::Status CheckFacts(const Model& model, const Facts& facts,
                        bool of_person) {
  for (auto fact = facts.begin(); fact != facts.end(); ++fact) {
    const absl::Status status =
        CheckFact(model, fact->first, fact->second, of_person);
    if (!status.ok()) return status;
    const bool twice = std::any_of(
        facts.begin(), fact,
        [fact](const auto& before) { return before.first == fact->first; });
    if (twice) {
      return absl::InvalidArgumentError(
          absl::StrCat("fact ", Quoted(fact->first), " is given twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

SubjectFacts Snapshot::FactsOf(const SubjectState& state) const {
  return Answers(impl_->model).Answer(state);
}

absl::Status Snapshot::CheckPerson(const SubjectState& person) const {
  if (!person.region.empty() && !impl_->model.places.Find(person.region).ok()) {
    return absl::InvalidArgumentError(
        "the region of a person is one place: declared by the policy, or a "
        "code such as `de` or `us-ca`");
  }
  if (!person.kind.empty()) {
    const absl::Status kind = CheckSubjectKind(person.kind);
    if (!kind.ok()) return kind;
  }
  return CheckFacts(impl_->model, person.facts, true);
}

absl::Status Snapshot::CheckSubjectKind(std::string_view id) const {
  std::vector<std::string_view> kinds;
  for (const v1::SubjectKind& kind : policy().subject_kind()) {
    kinds.push_back(kind.id());
  }
  if (std::find(kinds.begin(), kinds.end(), id) != kinds.end()) {
    return absl::OkStatus();
  }
  const std::string hint = DidYouMean(id, kinds);
  return absl::InvalidArgumentError(absl::StrCat(
      "subject kind ", Quoted(id), " is not declared by the policy",
      hint.empty() ? "" : "; ", hint));
}

absl::Status Snapshot::CheckRequest(const RequestState& request) const {
  const absl::Status facts = CheckFacts(impl_->model, request.facts, false);
  if (!facts.ok()) return facts;
  for (const std::string& category : request.categories) {
    const auto leaf = impl_->model.categories.FindLeaf(category);
    if (!leaf.ok()) return leaf.status();
  }
  return absl::OkStatus();
}

}  // namespace privet::policy
