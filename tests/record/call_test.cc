// SPDX-License-Identifier: Apache-2.0
//
// Plans of the reference policy, and what its calls may see.

#include "record/call.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "infermesh.pb.h"
#include "policy/policy_access.h"
#include "policy/snapshot.h"
#include "privet/policy.h"
#include "record/pass.h"
#include "record/plan.h"
#include "record/snapshot_rules.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "support/text_of.h"

namespace privet::testing {
namespace {

using record::CallPlan;
using record::CallView;
using record::Pass;
using record::Plan;

constexpr absl::CivilDay kDay(2026, 6, 1);

class ReferencePolicy {
 public:
  ReferencePolicy() {
    auto loaded = Policy::Load("examples/infermesh/policy.textproto");
    REQUIRE_OK(loaded);
    policy_ = std::make_unique<Policy>(*loaded);
    snapshot_ = policy::PolicyAccess::SnapshotOf(*policy_).get();
  }

  std::shared_ptr<const Plan> Bind(const google::protobuf::Descriptor* type) {
    const auto plan =
        Plan::Bind(record::SnapshotRules(*snapshot_), type, Scanners{});
    REQUIRE_OK(plan);
    return *plan;
  }

  const policy::Context& Context(policy::Operation operation,
                                 std::string_view actor,
                                 std::string_view purpose,
                                 std::string_view recipient = "",
                                 std::string_view type = "") {
    const auto context = snapshot_->FindContext(
        operation, ActorId::FromText(actor),
        purpose.empty() ? PurposeId() : PurposeId::FromText(purpose),
        recipient.empty() ? RecipientId() : RecipientId::FromText(recipient),
        recipient.empty() ? RegionId::FromText("de") : RegionId(), type);
    REQUIRE_OK(context);
    return **context;
  }

  // Returns the call of a person of whom `state` is known.
  CallView View(const Plan& plan, const policy::Context& context,
                const policy::SubjectState& state = {}) {
    CallView view;
    const policy::Word word =
        context.MakeWord(snapshot_->FactsOf(state), {}, kDay);
    CallPlan::Make(plan, context)->Evaluate(word, &view);
    return view;
  }

  const policy::Snapshot& snapshot() const { return *snapshot_; }

 private:
  std::unique_ptr<Policy> policy_;
  const policy::Snapshot* snapshot_ = nullptr;
};

infermesh::v1::ApiRequest Request() {
  infermesh::v1::ApiRequest request;
  request.set_account_id("ada");
  request.mutable_time()->set_seconds(1'775'131'234);
  request.set_model("sky-7b");
  request.set_prompt_tokens(512);
  request.set_output_tokens(64);
  request.set_latency_us(1234);
  request.set_client_ip("203.0.113.42");
  request.set_prompt("why is the sky blue?");
  request.set_output("Rayleigh");
  return request;
}

std::string Seen(const Plan& plan, const CallView& view) {
  Pass pass;
  REQUIRE_OK(pass.Minimize(plan, view, Request().SerializeAsString()));
  infermesh::v1::ApiRequest seen;
  REQUIRE(seen.ParseFromString(std::string(pass.output())));
  return TextOf(seen);
}

TEST_CASE("The reference policy's records bind", "[record][call]") {
  ReferencePolicy reference;
  for (const auto* type : {infermesh::v1::WebSession::descriptor(),
                           infermesh::v1::Account::descriptor(),
                           infermesh::v1::ApiRequest::descriptor(),
                           infermesh::v1::Payment::descriptor(),
                           infermesh::v1::SupportTicket::descriptor()}) {
    const auto plan = reference.Bind(type);
    CHECK(plan->subject_path() == "account_id");
    CHECK(!plan->subject_kind().empty());
  }
}

TEST_CASE("A purpose sees what the policy permits it, in its form",
          "[record][call]") {
  ReferencePolicy reference;
  const auto plan = reference.Bind(infermesh::v1::ApiRequest::descriptor());
  using policy::Operation;

  SECTION("delivery") {
    const CallView view = reference.View(
        *plan,
        reference.Context(Operation::kUse, "gateway", "service.delivery"));
    CHECK(Seen(*plan, view) ==
          "account_id: \"ada\" time { seconds: 1775131234 } model: \"sky-7b\" "
          "prompt_tokens: 512 output_tokens: 64 latency_us: 1234 prompt: \"why "
          "is the sky blue?\" output: \"Rayleigh\"");
  }
  SECTION("troubleshooting sees networks, not addresses") {
    const CallView view =
        reference.View(*plan, reference.Context(Operation::kUse, "support_desk",
                                                "service.troubleshooting"));
    CHECK(Seen(*plan, view) ==
          "time { seconds: 1775131234 } model: \"sky-7b\" prompt_tokens: 512 "
          "output_tokens: 64 latency_us: 1234 client_ip: \"203.0.113.0\"");
  }
  SECTION("a share for analytics needs consent, and knows hours") {
    const policy::Context& context = reference.Context(
        Operation::kShare, "product", "analytics", "analytics_co");
    CHECK(Seen(*plan, reference.View(*plan, context)).empty());
    policy::SubjectState state;
    state.consents = {"analytics"};
    CHECK(Seen(*plan, reference.View(*plan, context, state)) ==
          "time { seconds: 1775131200 } model: \"sky-7b\" prompt_tokens: 512 "
          "output_tokens: 64 latency_us: 1234");
  }
}

TEST_CASE("A stored record lies in a compartment for each fate",
          "[record][call]") {
  ReferencePolicy reference;
  const auto plan = reference.Bind(infermesh::v1::ApiRequest::descriptor());
  const CallView view = reference.View(
      *plan, reference.Context(policy::Operation::kStore, "gateway", "", "",
                               "infermesh.v1.ApiRequest"));
  CHECK(
      view.permitted.Covers(record::CellSet::FirstCells(plan->cells().size())));
  std::set<std::string> layout;
  for (const record::Compartment& compartment : plan->compartments()) {
    std::string paths;
    for (const std::uint16_t field : compartment.fields) {
      paths += plan->fields()[field].path + " ";
    }
    layout.insert(paths);
  }
  CHECK(layout.count("prompt output ") == 1);
  CHECK(layout.count("client_ip ") == 1);
  CHECK(layout.count("account_id ") == 1);
  CHECK(layout.size() >= 4);
}

TEST_CASE("The log leaves statistics behind, and nothing of anybody",
          "[record][call]") {
  ReferencePolicy reference;
  const auto plan = reference.Bind(infermesh::v1::ApiRequest::descriptor());
  const Plan* residue = plan->residue();
  REQUIRE(residue != nullptr);
  CHECK(residue->sealed_type() == "infermesh.v1.ApiRequest#log");
  const policy::Context& context = reference.Context(
      policy::Operation::kStore, "gateway", "", "", "infermesh.v1.ApiRequest");
  CallView view;
  CallPlan::ForResidue(*residue, context)
      ->Evaluate(context.MakeWord(reference.snapshot().FactsOf({}), {}, kDay),
                 &view);
  Pass pass;
  REQUIRE_OK(pass.Split(*residue, view, Request().SerializeAsString()));
  REQUIRE(residue->compartments().size() == 1);
  infermesh::v1::ApiRequest left;
  REQUIRE(left.ParseFromString(std::string(pass.output(0))));
  CHECK(TextOf(left) ==
        "time { seconds: 1775088000 } model: \"sky-7b\" prompt_tokens: 100");
}

TEST_CASE("A plan decides each field as the policy decides its categories",
          "[record][call][property]") {
  ReferencePolicy reference;
  const struct {
    const char *actor, *purpose, *recipient;
  } contexts[] = {{"gateway", "service.delivery", ""},
                  {"payments", "billing.audit", ""},
                  {"auditor", "billing.audit", ""},
                  {"product", "improvement", ""},
                  {"product", "analytics", "analytics_co"},
                  {"support_desk", "service.support", "helpdesk"},
                  {"legal", "compliance", ""}};
  for (const auto* type : {infermesh::v1::Account::descriptor(),
                           infermesh::v1::ApiRequest::descriptor(),
                           infermesh::v1::Payment::descriptor(),
                           infermesh::v1::SupportTicket::descriptor()}) {
    const auto plan = reference.Bind(type);
    for (const auto& c : contexts) {
      const policy::Context& context =
          reference.Context(*c.recipient == 0 ? policy::Operation::kUse
                                              : policy::Operation::kShare,
                            c.actor, c.purpose, c.recipient);
      for (int bits = 0; bits < 8; ++bits) {
        policy::SubjectState state;
        if ((bits & 1) != 0) state.consents = {"analytics"};
        if ((bits & 2) != 0) state.objections = {"improvement"};
        state.restricted = (bits & 4) != 0;
        const policy::Word word =
            context.MakeWord(reference.snapshot().FactsOf(state), {}, kDay);
        CallView view;
        CallPlan::Make(*plan, context)->Evaluate(word, &view);
        for (std::size_t i = 0; i < plan->cells().size(); ++i) {
          const auto& categories = plan->cells()[i].categories;
          if (categories.size() != 1) continue;
          INFO(c.purpose << " " << i);
          const policy::Verdict verdict = context.Decide(categories[0], word);
          const auto cell = static_cast<record::CellIndex>(i);
          const bool drops =
              verdict.form != policy::kWhole &&
              (plan->TransformsOf(verdict.form) == nullptr ||
               !plan->TransformsOf(verdict.form)->cells.Has(cell));
          CHECK(view.permitted.Has(cell) == (verdict.permitted && !drops));
          if (!view.permitted.Has(cell)) continue;
          CHECK(view.formed.Has(cell) == (verdict.form != policy::kWhole));
        }
      }
    }
  }
}

}  // namespace
}  // namespace privet::testing
