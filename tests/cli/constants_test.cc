// SPDX-License-Identifier: Apache-2.0

#include "cli/constants.h"

#include <string>

#include "privet/v1/policy.pb.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::cli {
namespace {

TEST_CASE("The name of a constant keeps the words of the id",
          "[cli][constants]") {
  struct Case {
    std::string id, constant;
  };
  const Case test = GENERATE(values<Case>({
      {"service.delivery", "kServiceDelivery"},
      {"support_desk", "kSupportDesk"},
      {"us-ca", "kUsCa"},
      {"2fa.code", "k2faCode"},
  }));
  CHECK(ConstantName(test.id) == test.constant);
}

TEST_CASE("A policy's id makes a namespace", "[cli][constants]") {
  CHECK(NamespaceFor("infermesh") == "infermesh");
  CHECK(NamespaceFor("acme.shop-eu") == "acme::shop_eu");
  CHECK(NamespaceFor("new.union") == "new_::union_");
  CHECK(NamespaceFor("3d") == "p3d");
}

TEST_CASE("Two names that make one constant are refused",
          "[cli][constants][error]") {
  v1::Policy policy;
  policy.add_purpose()->set_id("a.b");
  policy.add_purpose()->set_id("a_b");
  REQUIRE_ERROR(ConstantsHeader(policy, "x", "x.h"),
                absl::StatusCode::kInvalidArgument,
                "purpose `a.b` and `a_b` both make `kAB`; rename one of them");
  REQUIRE_ERROR(ConstantsHeader(v1::Policy(), "a b", "x.h"),
                absl::StatusCode::kInvalidArgument,
                "`a b` is no C++ namespace");
}

TEST_CASE("Titles become comments, whatever they hold", "[cli][constants]") {
  v1::Policy policy;
  policy.add_event()->set_id("closed");
  policy.mutable_event(0)->set_title("the end\nof \\ it \\");
  const auto header = ConstantsHeader(policy, "x", "x.h");
  REQUIRE_OK(header);
  CHECK_THAT(*header, testing::ContainsSubstring(
                          "// the end of \\ it\ninline constexpr "
                          "::privet::EventId kClosed(\"closed\");"));
}

TEST_CASE("Groups have no constant", "[cli][constants]") {
  v1::Policy policy;
  policy.add_category()->set_id("account");
  policy.add_category()->set_id("account.email");
  const auto header = ConstantsHeader(policy, "x", "x.h");
  REQUIRE_OK(header);
  CHECK(header->find("kAccount(") == std::string::npos);
  CHECK(header->find("kAccountEmail(") != std::string::npos);
}

}  // namespace
}  // namespace privet::cli
