// SPDX-License-Identifier: Apache-2.0

#include "transform/validate.h"

#include <string>

#include "support/catch.h"
#include "support/status_assertions.h"
#include "transform/forms.h"

namespace privet::transform {
namespace {

using ::privet::testing::FormOrDie;

struct Case {
  std::string form;
  absl::StatusCode code;
  std::string text;
};

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kLater = absl::StatusCode::kUnimplemented;

TEST_CASE("A transform that makes no sense is refused with the way out",
          "[transform][error]") {
  const auto bad = GENERATE(values<Case>({
      {"", kInvalid, "does not say how"},
      {"replace {}", kInvalid, "`replace` does not say by what"},
      {"replace { category_name: false }", kInvalid, "does not say by what"},
      {"mask { keep_first: -1 }", kInvalid, "negative number"},
      {"mask { with: '**' }", kInvalid, "more than one character"},
      {"truncate {}", kInvalid, "needs `characters`, 1 or more"},
      {"truncate { characters: -3 }", kInvalid, "needs `characters`"},
      {"bucket {}", kInvalid, "either `width` or `bounds`"},
      {"bucket { width: 1 bounds: 2 }", kInvalid, "and not both"},
      {"bucket { width: -1 }", kInvalid, "positive number"},
      {"bucket { width: nan }", kInvalid, "positive number"},
      {"bucket { width: 0.3333333333333333 }", kInvalid, "nine decimals"},
      {"bucket { width: 1e17 }", kInvalid, "up to 2^53"},
      {"bucket { bounds: 1e17 }", kInvalid, "or pass 2^53"},
      {"bucket { bounds: [1, 1] }", kInvalid, "do not grow"},
      {"bucket { bounds: inf }", kInvalid, "do not grow"},
      {"time {}", kInvalid, "needs `to`"},
      {"ip_prefix {}", kInvalid, "keeps nothing"},
      {"ip_prefix { v4: 33 }", kInvalid, "more bits than an address has"},
      {"scan {}", kInvalid, "needs `scanner`"},
      {"chain {}", kInvalid, "has no step"},
      {"chain { step { replace { text: 'x' } } step { mask {} } }", kInvalid,
       "make it the last step"},
      {"chain { step { becomes: 'x' drop {} } }", kInvalid,
       "belong to the chain as a whole"},
      {"chain { step { truncate {} } }", kInvalid, "needs `characters`"},
      // Forms of later versions.
      {"replace { word_list: 'nouns' }", kLater,
       "`replace` by a word list is not supported yet"},
      {"keyed_hash {}", kLater, "`keyed_hash` is not supported yet"},
      {"token {}", kLater, "`token` is not supported yet"},
      {"url_origin {}", kLater, "`url_origin` is not supported yet"},
      {"coordinates { places: 1 }", kLater,
       "`coordinates` is not supported yet"},
      {"date_shift { up_to: '9d' }", kLater,
       "`date_shift` is not supported yet"},
      {"custom { name: 'x' }", kLater, "`custom` is not supported yet"},
  }));
  DYNAMIC_SECTION(bad.form) {
    REQUIRE_ERROR(Validate(FormOrDie(bad.form)), bad.code, bad.text);
  }
}

TEST_CASE("A transform that makes sense is accepted", "[transform]") {
  const auto* const good = GENERATE(
      "drop {}", "whole {}", "replace { text: '' }",
      "replace { category_name: true }", "mask {}",
      "mask { keep_first: 2 with: '•' skip: ' -' }",
      "truncate { characters: 1 }", "pseudonym {}", "bucket { width: 0.5 }",
      "bucket { bounds: [-5, 0, 7] }", "time { to: WEEK }",
      "ip_prefix { v4: 24 v6: 48 }", "email_domain {}", "scan { scanner: 'x' }",
      "chain { step { email_domain {} } step { replace { text: 'x' } } }");
  REQUIRE_OK(Validate(FormOrDie(good)));
}

}  // namespace
}  // namespace privet::transform
