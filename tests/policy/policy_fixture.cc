// SPDX-License-Identifier: Apache-2.0

#include "policy/policy_fixture.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "transform/order.h"

namespace privet::testing {

using policy::Category;
using policy::Operation;
using policy::Snapshot;

std::shared_ptr<const v1::Policy> ParsePolicy(const std::string& text) {
  auto policy = std::make_shared<v1::Policy>();
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, policy.get()));
  return policy;
}

std::string ReadTextFile(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

PolicyUnderTest::PolicyUnderTest(std::shared_ptr<const v1::Policy> policy) {
  const auto snapshot = Snapshot::Compile(std::move(policy));
  REQUIRE_OK(snapshot);
  snapshot_ = *snapshot;
}

const policy::Context& PolicyUnderTest::ContextOf(const Ask& ask) const {
  const bool is_store = ask.operation == Operation::kStore;
  const auto context = snapshot_->FindContext(
      ask.operation, ActorId::FromText(ask.actor),
      is_store ? PurposeId() : PurposeId::FromText(ask.purpose),
      ask.recipient.empty() ? RecipientId()
                            : RecipientId::FromText(ask.recipient),
      RegionId::FromText(ask.region), ask.record_type);
  REQUIRE_OK(context);
  return **context;
}

Category PolicyUnderTest::CategoryOf(const std::string& name) const {
  const auto category = snapshot_->FindCategory(name);
  REQUIRE_OK(category);
  return *category;
}

std::vector<Category> PolicyUnderTest::CategoriesOf(
    const std::vector<std::string>& names) const {
  std::vector<Category> categories;
  for (const std::string& name : names) categories.push_back(CategoryOf(name));
  std::sort(categories.begin(), categories.end());
  return categories;
}

policy::Word PolicyUnderTest::WordOf(const Ask& ask) const {
  return ContextOf(ask).MakeWord(snapshot_->FactsOf(ask.subject), ask.request,
                                 ask.day);
}

std::string PolicyUnderTest::Decide(const Ask& ask) const {
  const policy::Context& context = ContextOf(ask);
  const auto node = context.NodeOf(CategoriesOf(ask.categories));
  REQUIRE_OK(node);
  const policy::Verdict verdict = context.Evaluate(*node, WordOf(ask));
  if (!verdict.permitted) return "no";
  const v1::Transform& form = snapshot_->FormOf(verdict.form);
  return form.has_whole() ? "whole" : transform::Describe(form);
}

policy::Explained PolicyUnderTest::Why(const Ask& ask) const {
  return snapshot_->Explain(ContextOf(ask), CategoriesOf(ask.categories),
                            WordOf(ask));
}

std::string PolicyUnderTest::RefusedBy(const Ask& ask) const {
  const Explanation why = Why(ask);
  if (why.permitted) return "nothing";
  if (!why.denial.rule.empty()) return why.denial.rule;
  return why.denial.gate.empty() ? "silence" : "gate " + why.denial.gate;
}

std::string ErrorsOf(const std::string& text) {
  policy::Findings findings;
  const auto snapshot = Snapshot::Compile(ParsePolicy(text), &findings);
  std::string errors;
  for (const policy::Finding& finding : findings) {
    errors += finding.message + "\n";
  }
  CHECK(snapshot.ok() == errors.empty());
  return errors;
}

std::string FramePolicy() {
  return R"(
id: "frame" version: 1
region { id: "eea" members: ["de", "fr"] }
region { id: "service" members: ["eea", "us"] }
region { id: "jp" }
subject_kind { id: "customer" }
subject_kind { id: "visitor" }
category { id: "data" flags: CONTENT }
category { id: "other" }
category { id: "account" flags: IDENTIFYING }
category { id: "account.email" }
category { id: "account.secret" flags: CREDENTIAL }
purpose { id: "service" basis: CONTRACT }
purpose { id: "ads" basis: CONSENT kinds: ADVERTISING }
purpose { id: "improve" basis: LEGITIMATE_INTERESTS }
purpose { id: "improve.speed" }
purpose { id: "mail" basis: CONSENT kinds: DIRECT_MARKETING }
purpose { id: "support" basis: CONTRACT objectable: true }
purpose { id: "claims" basis: LEGAL_OBLIGATION obligation: "tax" kinds: LEGAL_CLAIMS while_restricted: true }
purpose { id: "sale" basis: NONE_NEEDED kinds: SALE }
purpose { id: "nothing" }
purpose { id: "reminder" basis: CONSENT consent_with: "ads" }
actor { id: "web" purposes: ["service", "ads", "improve", "mail", "reminder", "sale", "nothing"] stores: "t.Record" }
actor { id: "desk" purposes: ["support", "claims"] human: true regions: "eea" }
recipient { id: "host" role: PROCESSOR purposes: "service" regions: "eea" agreement { starts: "2026-01-01" ends: "2026-12-31" } }
recipient { id: "handshake" role: PROCESSOR purposes: "service" regions: "eea" }
recipient { id: "world" role: THIRD_PARTY purposes: "service" regions: ["eea", "us"] via: "tokyo" }
recipient { id: "tokyo" role: THIRD_PARTY purposes: "service" regions: "jp" }
recipient { id: "narrow" role: THIRD_PARTY purposes: "service" categories: "other" regions: "eea" }
recipient { id: "police" role: AUTHORITY purposes: "claims" regions: "de" }
recipient { id: "heir" role: SUCCESSOR purposes: "service" regions: "de" }
recipient { id: "friend" role: DIRECTED purposes: "service" regions: "de" }
recipient { id: "buyer" role: THIRD_PARTY purposes: "sale" regions: "de" }
recipient { id: "masked" role: THIRD_PARTY purposes: "service" regions: "de" transform { truncate { characters: 2 } } }
fact { id: "plan" about: SUBJECT values: ["free", "paid"] }
fact { id: "urgent" about: REQUEST }
event { id: "closed" }
obligation { id: "tax" }
minors { id: "child" under: 13 }
minors { id: "teen" under: 16 }
residency { categories: "*" regions: "service" }
retention { id: "all" categories: "*" keep: "30d" then: DELETE }
)";
}

}  // namespace privet::testing
