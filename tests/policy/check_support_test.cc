// SPDX-License-Identifier: Apache-2.0
//
// What the check says of sales, of declared records, and of what is not
// supported or decides nothing.

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "crypto/hash.h"
#include "policy/check.h"
#include "policy/check_cases.h"
#include "policy/located.h"
#include "policy/reader.h"
#include "privet/v1/policy.pb.h"
#include "support/catch.h"

namespace privet::policy {
namespace {

using Case = CheckedText;

TEST_CASE("No permit reaches a sale", "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"by name",
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"sale\"] "
       "} }",
       "p:1:58: the permit can never act: no actor may claim purpose `sale`; "
       "add it to `purposes` of an actor, or remove the permit\n"
       "p:1:58: the permit reaches purpose `sale` of kind SALE, which nothing "
       "may permit; remove it, or except the purpose\n"},
      {"by all, where no actor may claim it",
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"*\"] } "
       "}",
       ""},
      {"by all, where an actor may claim it",
       "actor { id: \"b\" purposes: [\"sale\"] }\n"
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"*\"] } "
       "}",
       "p:2:58: the permit reaches purpose `sale` of kind SALE, which nothing "
       "may permit; remove it, or except the purpose\n"},
      {"by all but it",
       "actor { id: \"b\" purposes: [\"sale\"] }\n"
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"*\"] "
       "except_purposes: [\"sale\"] } }",
       ""},
  })));
}

TEST_CASE("What would decide, and does not yet, is refused",
          "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"import", "import: \"more.textproto\"",
       "p:1:9: `import` is not supported yet; write the policy in one file\n"},
      {"about",
       "record { type: \"T\" field { path: \"a\" categories: [\"log\"] about: "
       "\"b\" } }",
       "p:1:65: `about` is not supported yet; keep what is about another "
       "person "
       "in a record of its own\n"},
      {"consent that lasts",
       "purpose { id: \"p\" basis: CONSENT consent_lasts: "
       "\"6mo\" }",
       "p:1:49: `consent_lasts` is not supported yet; withdraw the consent "
       "when "
       "its time is over\n"},
      {"obligations of some regions",
       "obligation { id: \"o\" law: \"l\" subject_regions: [\"de\", \"fr\"] }",
       "p:1:49: `subject_regions` of an obligation is not supported yet; write "
       "them at the retentions that keep for it\n"},
      {"what a value becomes while it lives",
       "rule { name: \"q\" require { categories: \"log\" }\n"
       "transform { becomes: \"stats\" drop {} } }\n"
       "recipient { id: \"r\" role: PUBLIC\n"
       "transform { becomes: \"stats\" drop {} } }",
       "p:2:22: `becomes` outside of a residue is not supported yet; remove "
       "it: "
       "the result is of its field's category\n"
       "p:4:22: `becomes` outside of a residue is not supported yet; remove "
       "it: "
       "the result is of its field's category\n"},
      {"guardians",
       "minors { id: \"a\" under: 3 guardian_consent: true }\n"
       "rule { name: \"r\" forbid {} when { guardian_consent: NO } }",
       "p:1:45: `guardian_consent` is not supported yet; lift the restriction "
       "when a guardian consents\n"
       "p:2:53: `guardian_consent` is not supported yet; lift the restriction "
       "when a guardian consents\n"},
      {"forms",
       "rule { name: \"r\" require {}\n"
       "transform { keyed_hash {} }\ntransform { token {} }\n"
       "transform { url_origin {} }\ntransform { coordinates {} }\n"
       "transform { date_shift {} }\ntransform { custom {} }\n"
       "transform { replace { word_list: \"x\" } } }",
       "p:2:13: `keyed_hash` is not supported yet; use `drop`, or a form that "
       "this version has\n"
       "p:3:13: `token` is not supported yet; use `drop`, or a form that this "
       "version has\n"
       "p:4:13: `url_origin` is not supported yet; use `drop`, or a form that "
       "this version has\n"
       "p:5:13: `coordinates` is not supported yet; use `drop`, or a form that "
       "this version has\n"
       "p:6:13: `date_shift` is not supported yet; use `drop`, or a form that "
       "this version has\n"
       "p:7:13: `custom` is not supported yet; use `drop`, or a form that this "
       "version has\n"
       "p:8:13: `replace` by a word list is not supported yet; use `drop`, or "
       "a "
       "form that this version has\n"},
  })));
}

TEST_CASE("Blocks that decide nothing are checked all the same",
          "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"cookie",
       "cookie { name: \"a b\" purposes: [\"x\"] max_age: \"1\" }\n"
       "cookie { name: \"c\" }",
       "p:1:16: `a b` is no name of a cookie; write it as the browser sends "
       "it\n"
       "p:1:33: purpose `x` is not declared; declare it\n"
       "p:1:47: `1` is no length of time; write a whole number and one of s, "
       "h, "
       "d, w, mo, y, at most 200 years, such as `30d`\n"
       "p:2:1: cookie `c` has no purpose; write `purposes: [\"…\"]`, or "
       "`essential: true`\n"},
      {"signal", "signal { header: \"Sec-GPC\" }",
       "p:1:1: signal `Sec-GPC` objects to nothing; write `objects_to: "
       "[\"…\"]` or `objects_to_kinds`\n"},
      {"minors", "minors { id: \"a\" erase_after: \"soon\" }",
       "p:1:1: age group `a` does not say under which age; write `under: 18`, "
       "in years\n"
       "p:1:31: `soon` is no length of time; write a whole number and one of "
       "s, "
       "h, d, w, mo, y, at most 200 years, such as `30d`\n"},
      {"rights",
       "rights { regime: \"gdpr\" grant: [ACCESS, ERASE] due { rights: ACCESS "
       "answer: \"15bd\" acknowledge: \"2x\" } }",
       "p:1:41: `ERASE` has no due date; write `due { answer: \"1mo\" }`\n"
       "p:1:97: `2x` is no length of time; write a whole number and one of s, "
       "h, "
       "d, w, mo, y, bd, at most 200 years, such as `30d`\n"},
      {"keep", "keep { log: \"x\" } changes { notice: \"y\" }",
       "p:1:13: `x` is no length of time; write a whole number and one of s, "
       "h, "
       "d, w, mo, y, at most 200 years, such as `30d`\n"
       "p:1:37: `y` is no length of time; write a whole number and one of s, "
       "h, "
       "d, w, mo, y, at most 200 years, such as `30d`\n"},
      {"expect",
       "expect { name: \"e\" actor: \"wep\" date: \"now\" seen { "
       "category: \"lug\" } }",
       "p:1:1: expectation `e` names no operation; write `operation: USE`, "
       "STORE or SHARE\n"
       "p:1:27: actor `wep` is not declared; did you mean `web`?\n"
       "p:1:39: `now` is no date; write year, month and day, such as "
       "`2026-04-02`\n"
       "p:1:62: category `lug` is not declared; did you mean `log`?\n"},
  })));
}

TEST_CASE("A policy says whom to ask, and which version it is",
          "[policy][check][error]") {
  v1::Policy policy;
  policy.set_id("p");
  policy.add_controller()->set_id("c");
  std::string text;
  for (const Finding& finding : Check(policy)) text += finding.message + "\n";
  CHECK(text == "the policy has no version\ncontroller `c` has no contact\n");
  policy.clear_controller();
  policy.set_version(1);
  REQUIRE(Check(policy).size() == 1);
  CHECK(Check(policy)[0].message == "the policy names no controller");
}

TEST_CASE("A policy that came as a message is checked as strictly",
          "[policy][check][error]") {
  v1::Policy policy;
  policy.add_purpose()->set_basis(static_cast<v1::Basis::Kind>(99));
  policy.add_category()->add_flags(v1::Category::FLAG_UNSPECIFIED);
  policy.mutable_category(0)->set_title("a\xff");
  policy.mutable_category(0)->set_description(std::string("a\0b", 3));
  policy.mutable_category(0)->add_was("");
  policy.add_measures(std::string(20'000, 'x'));
  policy.GetReflection()->MutableUnknownFields(&policy)->AddVarint(999, 1);
  std::string text;
  for (const Finding& finding : Check(policy)) {
    const std::string path = PathText(finding.path, *v1::Policy::descriptor());
    text += path + ": " + finding.message + "\n";
  }
  for (const char* part :
       {"purpose[0].basis: `99` is no value of `basis`",
        "category[0].flags[0]: `FLAG_UNSPECIFIED` is no value of `flags`",
        "category[0].title: `title` is not UTF-8",
        "category[0].description: `description` holds a zero byte",
        "category[0].was[0]: an element of `was` is empty",
        "measures[0]: `measures` has 20000 bytes",
        ": the message has fields that this version does not know"}) {
    CHECK_THAT(text, testing::ContainsSubstring(part));
  }
}

}  // namespace
}  // namespace privet::policy
