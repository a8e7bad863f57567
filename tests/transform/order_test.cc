// SPDX-License-Identifier: Apache-2.0

#include "transform/order.h"

#include <string>

#include "support/catch.h"
#include "transform/forms.h"

namespace privet::transform {
namespace {

using ::privet::testing::FormOrDie;

struct Pair {
  std::string f, g;
  Order want;
};

Order Reverse(Order order) {
  if (order == Order::kStronger) return Order::kWeaker;
  if (order == Order::kWeaker) return Order::kStronger;
  return order;
}

TEST_CASE("Forms are ordered by what they show", "[transform][order]") {
  const auto pair = GENERATE(values<Pair>({
      // The ends, and constants beside one of them.
      {"drop {}", "whole {}", Order::kStronger},
      {"drop {}", "replace { text: 'x' }", Order::kStronger},
      {"replace { text: 'x' }", "truncate { characters: 1 }", Order::kStronger},
      {"replace { text: 'x' }", "pseudonym {}", Order::kStronger},
      {"replace { text: 'x' }", "replace { text: 'y' }", Order::kStronger},
      {"truncate { characters: 9 }", "whole {}", Order::kStronger},
      {"scan { scanner: 'a' }", "whole {}", Order::kStronger},
      {"scan { scanner: 'a' }", "scan { scanner: 'b' }", Order::kIncomparable},
      // Prefixes.
      {"truncate { characters: 1 }", "truncate { characters: 2 }",
       Order::kStronger},
      {"ip_prefix { v4: 16 v6: 48 }", "ip_prefix { v4: 24 v6: 48 }",
       Order::kStronger},
      {"ip_prefix { v4: 16 v6: 64 }", "ip_prefix { v4: 24 v6: 48 }",
       Order::kIncomparable},
      {"ip_prefix { v4: 24 }", "ip_prefix { v4: 24 v6: 48 }", Order::kStronger},
      // Grids nest or they do not.
      {"bucket { width: 10 }", "bucket { width: 5 }", Order::kStronger},
      {"bucket { width: 10 }", "bucket { width: 4 }", Order::kIncomparable},
      {"bucket { width: 0.5 }", "bucket { width: 0.1 }", Order::kStronger},
      {"bucket { width: 0.5 }", "bucket { width: 0.2 }", Order::kIncomparable},
      {"bucket { bounds: 0.3 }", "bucket { width: 0.1 }", Order::kStronger},
      {"bucket { bounds: [0, 20] }", "bucket { width: 5 }", Order::kStronger},
      {"bucket { bounds: [0, 21] }", "bucket { width: 5 }",
       Order::kIncomparable},
      {"bucket { bounds: [0, 9] }", "bucket { bounds: [0, 5, 9] }",
       Order::kStronger},
      {"bucket { bounds: [0, 9] }", "bucket { bounds: [0, 5] }",
       Order::kIncomparable},
      // Time.
      {"time { to: DAY }", "time { to: HOUR }", Order::kStronger},
      {"time { to: WEEK }", "time { to: DAY }", Order::kStronger},
      {"time { to: YEAR }", "time { to: MONTH }", Order::kStronger},
      {"time { to: WEEK }", "time { to: MONTH }", Order::kIncomparable},
      {"time { to: WEEK }", "time { to: YEAR }", Order::kIncomparable},
      {"time { to: HOUR_OF_DAY }", "time { to: HOUR }", Order::kStronger},
      {"time { to: HOUR_OF_DAY }", "time { to: DAY }", Order::kIncomparable},
      {"time { to: DAY_OF_WEEK }", "time { to: DAY }", Order::kStronger},
      {"time { to: DAY_OF_WEEK }", "time { to: WEEK }", Order::kIncomparable},
      // Masks.
      {"mask { keep_last: 2 }", "mask { keep_first: 1 keep_last: 4 }",
       Order::kStronger},
      {"mask { keep_first: 2 }", "mask { keep_last: 2 }", Order::kIncomparable},
      {"mask { keep_first: 1 }", "mask { keep_first: 1 skip: '-' }",
       Order::kStronger},
      {"mask { keep_first: 1 skip: '-' }", "mask { keep_first: 2 }",
       Order::kIncomparable},
      {"mask { keep_first: 1 }", "truncate { characters: 1 }",
       Order::kIncomparable},
      // By declaration.
      {"pseudonym {}", "keyed_hash {}", Order::kStronger},
      {"keyed_hash {}", "token {}", Order::kStronger},
      {"token {}", "whole {}", Order::kStronger},
      {"pseudonym {}", "bucket { width: 2 }", Order::kIncomparable},
      {"date_shift { up_to: '30d' }", "time { to: DAY }", Order::kIncomparable},
      {"drop {}", "date_shift { up_to: '30d' }", Order::kStronger},
      // Chains.
      {"chain { step { email_domain {} } step { truncate { characters: 4 } } }",
       "email_domain {}", Order::kStronger},
      {"chain { step { email_domain {} } step { truncate { characters: 4 } } }",
       "chain { step { email_domain {} } step { truncate { characters: 9 } } }",
       Order::kStronger},
      {"chain { step { email_domain {} } step { truncate { characters: 4 } } }",
       "truncate { characters: 4 }", Order::kIncomparable},
      {"replace { text: 'x' }",
       "chain { step { email_domain {} } step { truncate { characters: 4 } } }",
       Order::kStronger},
  }));
  DYNAMIC_SECTION(pair.f << " against " << pair.g) {
    const v1::Transform f = FormOrDie(pair.f);
    const v1::Transform g = FormOrDie(pair.g);
    CHECK(Compare(f, g) == pair.want);
    CHECK(Compare(g, f) == Reverse(pair.want));
    CHECK(Compare(f, f) == Order::kEqual);
  }
}

struct Spelling {
  std::string written, canonical;
};

TEST_CASE("A form has one spelling", "[transform][order]") {
  const auto spelling = GENERATE(values<Spelling>({
      {"categories: 'a' becomes: 'b' truncate { characters: 3 }",
       "truncate { characters: 3 }"},
      {"mask {}", "mask { with: \"*\" }"},
      {"mask { skip: '- -*' }", "mask { with: \"*\" skip: \" -\" }"},
      {"chain { step { whole {} } }", "whole { }"},
      {"chain { step { chain { step { time { to: DAY } } } } }",
       "time { to: DAY }"},
      {"chain { step { time { to: DAY } } step { time { to: MONTH } } }",
       "time { to: MONTH }"},
      {"chain { step { time { to: MONTH } } step { time { to: DAY } } }",
       "time { to: MONTH }"},
      {"chain { step { email_domain {} } step { drop {} } }", "drop { }"},
      {"chain { step { mask { keep_first: 3 } } step { mask {} } }",
       "mask { with: \"*\" }"},
      // What makes no sense shows nothing.
      {"", "drop { }"},
      {"truncate {}", "drop { }"},
      {"time {}", "drop { }"},
      {"chain { step { bucket {} } }", "drop { }"},
  }));
  DYNAMIC_SECTION(spelling.written) {
    const v1::Transform form = FormOrDie(spelling.written);
    CHECK(Describe(form) == spelling.canonical);
    CHECK(Describe(Canonical(form)) == spelling.canonical);
    CHECK(Compare(form, Canonical(form)) == Order::kEqual);
  }
}

}  // namespace
}  // namespace privet::transform
