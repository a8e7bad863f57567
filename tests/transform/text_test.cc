// SPDX-License-Identifier: Apache-2.0
//
// The forms of text: mask, truncate, replace, e-mail domain.

#include <optional>
#include <string>

#include "support/catch.h"
#include "transform/apply.h"
#include "transform/utf8.h"

namespace privet::transform {
namespace {

using ::privet::testing::ApplyToText;

struct Case {
  std::string form, in;
  std::optional<std::string> want;
};

TEST_CASE("Text forms show what they say and no more", "[transform][text]") {
  const auto c = GENERATE(values<Case>({
      {"drop {}", "ada", std::nullopt},
      {"whole {}", "ada", "ada"},
      {"whole {}", "", ""},
      {"replace { text: 'x' }", "ada", "x"},
      {"replace { text: '' }", "ada", ""},
      {"replace { category_name: true }", "ada", "account.email"},
      // Characters are code points.
      {"truncate { characters: 2 }", "ada", "ad"},
      {"truncate { characters: 3 }", "ad", "ad"},
      {"truncate { characters: 2 }", "żółw", "żó"},
      {"truncate { characters: 1 }", "🌳🌲", "🌳"},
      {"truncate { characters: 1 }", "", ""},
      // Masks.
      {"mask {}", "secret", "******"},
      {"mask { keep_first: 1 keep_last: 2 }", "secret", "s***et"},
      {"mask { keep_last: 4 with: '•' }", "411111111111", "••••••••1111"},
      {"mask { keep_last: 4 skip: '- ' }", "4111-1111 1111", "****-**** 1111"},
      {"mask { keep_first: 1 }", "żółw", "ż***"},
      // Never whole for being short.
      {"mask { keep_first: 9 keep_last: 9 }", "abcdefg", "abc*efg"},
      {"mask { keep_first: 9 }", "abcd", "a***"},
      {"mask { keep_first: 1 }", "ab", "**"},
      {"mask { keep_first: 1 }", "a", "*"},
      {"mask { keep_first: 1 }", "", ""},
      // E-mail.
      {"email_domain {}", "Ada@X.org", "@x.org"},
      {"email_domain {}", "\"a@b\"@x.org", "@x.org"},
      {"email_domain {}", "a@münchen.de", "@münchen.de"},
      {"email_domain {}", "@x.org", "@x.org"},
      // Chains.
      {"chain { step { email_domain {} } step { truncate { characters: 3 } } }",
       "ada@x.org", "@x."},
      {"chain { step { truncate { characters: 4 } } step { mask { keep_first: "
       "1 with: '•' } } step { truncate { characters: 3 } } }",
       "abcdefg", "a••"},
      {"chain { step { email_domain {} } step { replace { text: 'x' } } }",
       "no address", std::nullopt},
  }));
  DYNAMIC_SECTION(c.form << " of " << c.in) {
    CHECK(ApplyToText(c.form, c.in) == c.want);
  }
}

TEST_CASE("Text that does not parse is dropped", "[transform][text][error]") {
  const auto c = GENERATE(values<Case>({
      {"truncate { characters: 2 }", "ab\xC3", {}},
      {"truncate { characters: 2 }", "\xC0\x80", {}},
      {"truncate { characters: 2 }", "\xED\xA0\x80", {}},
      {"truncate { characters: 2 }", "\xF4\x90\x80\x80", {}},
      {"truncate { characters: 2 }", "\xE0\x80\x80", {}},
      {"mask {}", "a\xFFz", {}},
      {"email_domain {}", "ada", {}},
      {"email_domain {}", "ada@", {}},
      {"email_domain {}", "ada@x org", {}},
      {"email_domain {}", "ada@.org", {}},
      {"email_domain {}", "ada@x..org", {}},
      {"email_domain {}", "ada@x.org.", {}},
      {"email_domain {}", "x.org", {}},
  }));
  DYNAMIC_SECTION(c.form << " of " << c.in) {
    CHECK(ApplyToText(c.form, c.in) == std::nullopt);
  }
}

TEST_CASE("Truncation of bytes counts bytes", "[transform][text]") {
  const auto form = privet::testing::FormOrDie("truncate { characters: 2 }");
  const auto compiled = privet::testing::CompileOrDie(form, FieldType::kBytes);
  CHECK(privet::testing::ApplyToBytes(*compiled, "\xFF\xFE\xFD") == "\xFF\xFE");
}

}  // namespace
}  // namespace privet::transform
