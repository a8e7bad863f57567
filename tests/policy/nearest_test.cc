// SPDX-License-Identifier: Apache-2.0

#include "policy/nearest.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace privet::policy {
namespace {

TEST_CASE("The nearest name is the one that was meant", "[policy][nearest]") {
  const std::vector<std::string_view> names = {
      "billing", "account.email", "account.username", "service.delivery", "eu"};
  struct Case {
    std::string name, nearest;
  };
  const Case test = GENERATE(values<Case>({
      // Typing errors.
      {"billin", "billing"},
      {"biling", "billing"},
      {"bililng", "billing"},
      {"acount.emial", "account.email"},
      // Other ways to write the same.
      {"Billing", "billing"},
      {"account_email", "account.email"},
      {"service-delivery", "service.delivery"},
      // The last part alone.
      {"email", "account.email"},
      {"delivery", "service.delivery"},
      // Nothing is near.
      {"marketing", ""},
      {"us", ""},
      {"", ""},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(std::string(Nearest(test.name, names)) == test.nearest);
  }
}

}  // namespace
}  // namespace privet::policy
