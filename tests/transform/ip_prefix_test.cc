// SPDX-License-Identifier: Apache-2.0

#include <optional>
#include <string>

#include "support/catch.h"
#include "transform/apply.h"

namespace privet::transform {
namespace {

using ::privet::testing::ApplyToBytes;
using ::privet::testing::ApplyToText;
using ::privet::testing::CompileOrDie;
using ::privet::testing::FormOrDie;

struct Case {
  std::string form, in;
  std::optional<std::string> want;
};

TEST_CASE("An address keeps its network", "[transform][ip_prefix]") {
  const auto c = GENERATE(values<Case>({
      {"ip_prefix { v4: 24 v6: 48 }", "192.0.2.77", "192.0.2.0"},
      {"ip_prefix { v4: 12 }", "192.31.2.77", "192.16.0.0"},
      {"ip_prefix { v4: 32 }", "192.0.2.77", "192.0.2.77"},
      {"ip_prefix { v4: 1 }", "192.0.2.77", "128.0.0.0"},
      {"ip_prefix { v4: 24 v6: 48 }", "2001:DB8:1:2::77", "2001:db8:1::"},
      {"ip_prefix { v6: 33 }", "2001:db8:ffff::1", "2001:db8:8000::"},
      {"ip_prefix { v6: 128 }", "::1", "::1"},
      // IPv4 in IPv6 dress obeys the IPv4 prefix.
      {"ip_prefix { v4: 24 v6: 48 }", "::ffff:192.0.2.77", "::ffff:192.0.2.0"},
      {"ip_prefix { v4: 8 v6: 128 }", "::ffff:c000:24d", "::ffff:192.0.0.0"},
      // A family without a prefix shows nothing.
      {"ip_prefix { v6: 48 }", "192.0.2.77", std::nullopt},
      {"ip_prefix { v6: 128 }", "::ffff:192.0.2.77", std::nullopt},
      {"ip_prefix { v4: 24 }", "2001:db8::1", std::nullopt},
      // What is no address is dropped.
      {"ip_prefix { v4: 24 v6: 48 }", "", std::nullopt},
      {"ip_prefix { v4: 24 v6: 48 }", "192.0.2", std::nullopt},
      {"ip_prefix { v4: 24 v6: 48 }", "192.0.2.256", std::nullopt},
      {"ip_prefix { v4: 24 v6: 48 }", " 192.0.2.7", std::nullopt},
      {"ip_prefix { v4: 24 v6: 48 }", "192.0.2.7:80", std::nullopt},
      {"ip_prefix { v4: 24 v6: 48 }", "192.0.2.0/24", std::nullopt},
      {"ip_prefix { v4: 24 v6: 48 }", "fe80::1%eth0", std::nullopt},
      {"ip_prefix { v4: 24 v6: 48 }", std::string("192.0.2.7\0x", 11),
       std::nullopt},
      {"ip_prefix { v4: 24 v6: 48 }", std::string(500, '1'), std::nullopt},
  }));
  DYNAMIC_SECTION(c.form << " of " << c.in) {
    CHECK(ApplyToText(c.form, c.in) == c.want);
  }
}

TEST_CASE("Addresses in bytes are cut alike", "[transform][ip_prefix]") {
  const auto compiled =
      CompileOrDie(FormOrDie("ip_prefix { v4: 24 v6: 48 }"), FieldType::kBytes);
  CHECK(ApplyToBytes(*compiled, std::string("\xC0\x00\x02\x4D", 4)) ==
        std::string("\xC0\x00\x02\x00", 4));
  CHECK(ApplyToBytes(*compiled, std::string(16, '\xFF')) ==
        std::string(6, '\xFF') + std::string(10, '\0'));
  CHECK(ApplyToBytes(*compiled, "12345") == std::nullopt);
}

}  // namespace
}  // namespace privet::transform
