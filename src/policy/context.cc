// SPDX-License-Identifier: Apache-2.0

#include "policy/context.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "policy/column.h"
#include "policy/snapshot.h"
#include "policy/wording.h"

namespace privet::policy {
namespace {

// Returns the answer of a request's fact; 0, unknown, if it is not given.
std::uint32_t AnswerOf(
    const QuestionInfo& info,
    const std::vector<std::pair<std::string, std::string>>& facts) {
  for (const auto& [id, value] : facts) {
    if (id != info.name) continue;
    const auto found =
        std::find(info.answers.begin(), info.answers.end(), value);
    if (found == info.answers.end()) return 0;
    return static_cast<std::uint32_t>(found - info.answers.begin()) + 1;
  }
  return 0;
}

bool InForce(const RecipientInfo& recipient, absl::CivilDay day) {
  return recipient.has_agreement && recipient.starts <= day &&
         day <= recipient.ends;
}

std::vector<std::uint64_t> ListedBits(
    const Model& model, const std::vector<std::string>& categories) {
  std::vector<std::uint64_t> bits((model.category_count() + 63) / 64, 0);
  for (const std::string& name : categories) {
    const Names::Entry* entry = model.categories.Find(name);
    if (entry == nullptr || entry->leaf == Names::kNone) continue;
    bits[entry->leaf / 64] |= std::uint64_t{1} << (entry->leaf % 64);
  }
  return bits;
}

}  // namespace

Denial Context::Deny() const {
  Denial denial;
  denial.operation = NameOf(operation_);
  denial.actor = std::string(actor_);
  denial.purpose = std::string(purpose_);
  denial.recipient = std::string(recipient_);
  denial.region = std::string(region_);
  denial.record_type = std::string(record_type_);
  return denial;
}

Word Context::MakeWord(const SubjectFacts& subject, const RequestState& request,
                       absl::CivilDay day) const {
  Word word;
  const Model& model = column_->model();
  for (const Var& var : column_->vars()) {
    const QuestionInfo& info = model.questions[var.question];
    std::uint32_t answer = 0;
    if (info.of_person) {
      if (var.question < subject.values.size()) {
        answer = subject.values[var.question];
      }
    } else if (info.about == About::kAgreement) {
      answer = InForce(model.recipient[key_.recipient], day) ? 1 : 0;
    } else if (info.about == About::kCase) {
      answer = request.case_reference.empty() ? 0 : 1;
    } else if (info.about == About::kListed) {
      word.listed = ListedBits(model, request.categories);
    } else {
      answer = AnswerOf(info, request.facts);
    }
    if (answer >= var.class_of.size()) answer = 0;
    const std::uint32_t some_class = var.class_of[answer];
    if (some_class == 0) continue;
    const std::uint32_t bit = var.offset + some_class - 1;
    word.bits[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return word;
}

absl::StatusOr<Node> Context::NodeOf(
    absl::Span<const Category> categories) const {
  if (may_not_store_) return kDeniedNode;
  if (categories.empty()) return PublicNode();
  if (categories.size() > 1) return column_->NodeOfSet(categories);
  if (categories.front() >= category_count_) return kDeniedNode;
  return column_->NodeOf(categories.front());
}

Node Context::PublicNode() const {
  return may_not_store_ ? kDeniedNode : column_->public_node();
}

Verdict Context::Evaluate(Node node, const Word& word) const {
  return EvaluateLeaf(column_->LeafAt(node), word);
}

Verdict Context::EvaluateSlowly(const Leaf& leaf, const Word& word) {
  return EvaluateWalk(*leaf.walk, word);
}

}  // namespace privet::policy
