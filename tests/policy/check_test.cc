// SPDX-License-Identifier: Apache-2.0

#include "policy/check.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "crypto/hash.h"
#include "policy/check_cases.h"
#include "policy/located.h"
#include "policy/reader.h"
#include "privet/v1/policy.pb.h"
#include "support/catch.h"

namespace privet::policy {
namespace {

using Case = CheckedText;

TEST_CASE("A good policy has no error", "[policy][check]") {
  CHECK(Errors("") == "");
}

TEST_CASE("The reference policy has no error", "[policy][check]") {
  std::ifstream file("examples/infermesh/policy.textproto");
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(!text.str().empty());
  const SourceText source("policy.textproto", text.str());
  TextErrors errors;
  const SyntaxTree tree = Read(source, *v1::Policy::descriptor(), &errors);
  v1::Policy policy;
  SetMessage(tree, &policy, &errors);
  CHECK(errors.empty());
  Diagnostics diagnostics;
  for (const Finding& finding : Check(policy)) {
    diagnostics.push_back(Locate(finding, {&source, &tree}));
  }
  CHECK(ToText(diagnostics) == "");
}

TEST_CASE("Names are well-formed, and declared once",
          "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"case", "event { id: \"Closed\" }",
       "p:1:13: `Closed` is no name of an event; write `closed`\n"},
      {"blank", "event { id: \"was closed\" }",
       "p:1:13: `was closed` is no name of an event; write `was_closed`\n"},
      {"dots", "event { id: \"a..b\" }",
       "p:1:13: `a..b` is no name of an event; write lower-case letters, "
       "digits, `_` and `-`, with dots between parts\n"},
      {"none", "event { title: \"x\" }",
       "p:1:1: an event has no name; write `id: \"…\"`\n"},
      {"twice", "event { id: \"closed\" }",
       "p:1:13: event `closed` is declared twice; rename one, or remove it\n"},
      {"an old name of another",
       "event { id: \"ended\" was: [\"a\", \"closed\"] }",
       "p:1:32: event `closed` is declared twice; rename one, or remove it\n"},
      {"a type", "record { type: \"shop..Order\" }",
       "p:1:16: `shop..Order` is no name of a record type; write the full name "
       "of a message type, such as `acme.v1.Order`\n"},
      {"rules", "rule { name: \"run\" forbid {} } rule { forbid {} }",
       "p:1:14: the name `run` is used twice; give each its own\n"
       "p:1:32: a rule has no name; write `name: \"…\"`: denials and errors "
       "show it\n"},
  })));
}

TEST_CASE("Names that a hash takes for each other are refused",
          "[policy][check][error]") {
  // Found by search: their 64-bit FNV-1a hashes are equal.
  CHECK_THAT(
      Errors("purpose { id: \"kqo0okghjanql\" basis: CONTRACT }\n"
             "purpose { id: \"n5v0ziaagw10a\" basis: CONTRACT }"),
      testing::ContainsSubstring(
          "p:2:15: purpose `n5v0ziaagw10a` and `kqo0okghjanql` have the same "
          "hash, and ids could not tell them apart; rename one of them"));

  absl::flat_hash_map<std::uint32_t, std::string> seen;
  std::string first, second;
  for (int i = 0; second.empty(); ++i) {
    std::string name = "e" + std::to_string(i);
    const auto [entry, is_new] = seen.emplace(crypto::Id4(name), name);
    if (is_new) continue;
    first = entry->second;
    second = name;
  }
  CHECK_THAT(Errors("event { id: \"" + first +
                    "\" }\nevent { id: \"new\" was: \"" + second + "\" }"),
             testing::ContainsSubstring("p:2:24: event `" + second + "` and `" +
                                        first + "` have the same short hash"));
}

TEST_CASE("What is named is declared", "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"category",
       "rule { name: \"r\" forbid { categories: [\"account\",\n"
       "\"acount.email\"] } }",
       "p:2:1: category `acount.email` is not declared; did you mean "
       "`account.email`?\n"},
      {"purpose", "actor { id: \"a\" purposes: [\"servise\"] }",
       "p:1:28: purpose `servise` is not declared; did you mean `service`?\n"},
      {"record type", "actor { id: \"a\" stores: [\"shop.v1.Invoice\"] }",
       "p:1:26: record type `shop.v1.Invoice` is not declared; declare it\n"},
      {"controller", "record { type: \"T\" controller: \"shopp\" }",
       "p:1:32: controller `shopp` is not declared; did you mean `shop`?\n"},
      {"recipient", "rule { name: \"r\" forbid { recipients: [\"hosts\"] } }",
       "p:1:40: recipient `hosts` is not declared; did you mean `host`?\n"},
      {"event",
       "retention { id: \"r\" categories: [\"log\"] keep: \"1d\" then: "
       "DELETE after: [\"close\"] }",
       "p:1:73: event `close` is not declared; did you mean `closed`?\n"},
      {"region",
       "residency { categories: [\"*\"] regions: [\"uk\", \"eu\", "
       "\"us-ca\", \"cloud\", \"gb\"] }",
       "p:1:41: region `uk` is not declared; its code is `gb`\n"
       "p:1:47: region `eu` is not declared; declare a region with its "
       "members\n"},
      {"fact",
       "rule { name: \"r\" forbid {} when { fact { id: \"plan\" any_of: "
       "[\"fre\"] } fact { id: \"plan\" } fact { id: \"x\" } } }",
       "p:1:62: `fre` is no value of the fact `plan`; did you mean `free`?\n"
       "p:1:71: the fact `plan` has no value `yes`; write `any_of` with the "
       "values that count\n"
       "p:1:102: fact `x` is not declared; declare it\n"},
      {"obligation",
       "purpose { id: \"p\" basis: LEGAL_OBLIGATION obligation: "
       "\"tacks\" }",
       "p:1:55: obligation `tacks` is not declared; declare it\n"},
      {"age group",
       "rule { name: \"r\" forbid {} when { minor_groups: "
       "[\"child\"] } }",
       "p:1:50: age group `child` is not declared; declare it\n"},
      {"a group where one is meant",
       "rule { name: \"r\" forbid {} when { consent: [\"ads\"] } }\n"
       "category { id: \"x\" } category { id: \"x.y\" }\n"
       "record { type: \"T\" field { path: \"f\" categories: [\"x\"] } }",
       "p:3:51: category `x` is a group, with others beneath it; name one of "
       "`x.y`\n"},
  })));
}

TEST_CASE("Blocks do not contradict themselves", "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"permit of nothing", "rule { name: \"r\" permit {} }",
       "p:1:18: the permit names no category; write `categories: [\"…\"]`, or "
       "\"*\" for all\n"
       "p:1:18: the permit names no purpose; write `purposes: [\"…\"]`, or "
       "\"*\" for all\n"},
      {"share inside",
       "rule { name: \"r\" permit { categories: [\"*\"] purposes: [\"*\"] "
       "operations: [USE, SHARE] } }",
       "p:1:79: a permit for SHARE names nobody who gets the data; write "
       "`recipients: [\"…\"]` or `roles`\n"},
      {"store outside",
       "rule { name: \"r\" permit { categories: [\"*\"] purposes: [\"*\"] "
       "recipients: [\"host\"] operations: STORE } }",
       "p:1:94: a permit with recipients or roles is for SHARE only; write "
       "another permit for use inside\n"},
      {"no effect", "rule { name: \"r\" }",
       "p:1:1: rule `r` has no effect; write one of `permit`, `forbid` and "
       "`require`\n"},
      {"form of a forbid",
       "rule { name: \"r\" forbid {} transform { drop {} } }",
       "p:1:28: a `forbid` has a transform; write `require` to let data pass "
       "in "
       "this form only\n"},
      {"require without a form", "rule { name: \"r\" require {} }",
       "p:1:18: a `require` says no form; write a `transform` beside it\n"},
      {"basis of a forbid", "rule { name: \"r\" forbid {} basis: CONSENT }",
       "p:1:35: only a `permit` rests on a basis; remove it\n"},
      {"regions in a circle",
       "region { id: \"a\" members: [\"b\"] }\nregion { id: \"b\" members: "
       "[\"a\"] }",
       "p:1:28: region `a` contains itself; remove the member that leads back\n"
       "p:2:28: region `b` contains itself; remove the member that leads "
       "back\n"},
      {"agreement",
       "recipient { id: \"r\" role: PROCESSOR agreement { starts: "
       "\"2026-02-30\" ends: \"2026-1-1\" } }\nrecipient { id: \"s\" "
       "agreement { starts: \"2026-02-02\" ends: \"2026-02-01\" } }",
       "p:1:57: `2026-02-30` is no date; write year, month and day, such as "
       "`2026-04-02`\n"
       "p:1:76: `2026-1-1` is no date; write year, month and day, such as "
       "`2026-04-02`\n"
       "p:2:1: recipient `s` has no role; write `role: PROCESSOR`, or what it "
       "is to you\n"
       "p:2:60: the agreement with `s` ends before it starts; write a day from "
       "`2026-02-02` on\n"},
      {"automated decisions",
       "purpose { id: \"d\" kinds: AUTOMATED_DECISION basis: CONSENT }",
       "p:1:52: purpose `d` of kind AUTOMATED_DECISION rests on `CONSENT`; "
       "GDPR "
       "art. 22 asks for CONTRACT, LEGAL_OBLIGATION or EXPLICIT_CONSENT\n"},
      {"going on while restricted",
       "purpose { id: \"d\" basis: CONTRACT while_restricted: true }",
       "p:1:53: purpose `d` may not go on for a restricted person; GDPR art. "
       "18(2) lets only kinds LEGAL_CLAIMS, PROTECT_OTHERS and "
       "IMPORTANT_PUBLIC_INTEREST go on; name its kind, or remove this\n"},
      {"consent with",
       "purpose { id: \"d\" basis: CONSENT consent_with: "
       "\"service\" }",
       "p:1:48: purpose `service` does not rest on consent; name a purpose of "
       "basis CONSENT or EXPLICIT_CONSENT\n"},
      {"pseudonym that is de-identified",
       "retention { id: \"r\" categories: \"log\" keep: \"1d\" then: "
       "ANONYMIZE\n"
       "residue { becomes: \"stats\" pseudonym {} } }",
       "p:2:1: retention `r` leaves a pseudonym, and it is made for a "
       "recipient, whom a residue has not; write another form, such as `drop "
       "{}`\n"
       "p:2:20: a keyed hash, pseudonym or token never becomes DEIDENTIFIED, "
       "as "
       "`stats` is; name a category that is still about a person\n"},
      {"pseudonyms for nobody",
       "rule { name: \"a\" permit { categories: [\"log\"] purposes: "
       "[\"service\"] }\n"
       " transform { pseudonym {} } }\n"
       "rule { name: \"b\" require { operations: [SHARE, USE] }\n"
       " transform { drop {} }\n"
       " transform { categories: [\"log\"] chain { step { truncate { "
       "characters: 9 } } step { pseudonym {} } } } }\n"
       "rule { name: \"c\" require { operations: SHARE } transform { pseudonym "
       "{} } }\n"
       "rule { name: \"d\" require { except_recipients: [\"host\"] }\n"
       " transform { pseudonym {} } }\n"
       "retention { id: \"e\" categories: [\"log\"] keep: \"1y\" then: "
       "ANONYMIZE\n"
       " residue { becomes: \"account.email\" pseudonym {} } }",
       "p:2:2: rule `a` asks for a pseudonym where nobody receives the data, "
       "and it is made for a recipient; write `recipients: [\"…\"]` or "
       "`roles`, or another form\n"
       "p:5:2: rule `b` asks for a pseudonym where nobody receives the data, "
       "and it is made for a recipient; write `recipients: [\"…\"]`, `roles` "
       "or `operations: SHARE`, or another form\n"
       "p:8:2: rule `d` asks for a pseudonym where nobody receives the data, "
       "and it is made for a recipient; write `recipients: [\"…\"]`, `roles` "
       "or `operations: SHARE`, or another form\n"
       "p:10:2: retention `e` leaves a pseudonym, and it is made for a "
       "recipient, whom a residue has not; write another form, such as `drop "
       "{}`\n"},
      {"form that makes no sense",
       "rule { name: \"r\" require {} transform { truncate {} } transform {} }",
       "p:1:41: `truncate` needs `characters`, 1 or more; to keep nothing "
       "write "
       "`drop {}`\n"
       "p:1:55: a transform does not say how; write one form, such as `drop "
       "{}`\n"},
  })));
}

TEST_CASE("Everything that is stored has an end", "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"lengths",
       "retention { id: \"a\" categories: [\"log\"] then: DELETE }\n"
       "retention { id: \"b\" categories: [\"log\"] keep: \"90\" then: DELETE "
       "}\n"
       "retention { id: \"c\" categories: [\"log\"] keep: \"0d\" then: DELETE "
       "}\n"
       "retention { id: \"d\" categories: [\"log\"] keep: \"0d\" then: DELETE "
       "after: \"created\" }",
       "p:1:1: retention `a` does not say how long; write `keep: \"30d\"`, or "
       "`keep: \"0d\"` with `after`\n"
       "p:2:47: `90` is no length of time; write a whole number and one of s, "
       "h, "
       "d, w, mo, y, at most 200 years, such as `30d`\n"
       "p:3:47: retention `c` ends when the record is made; write a length, or "
       "`after` with an event\n"
       "p:4:47: retention `d` ends when the record is made; write a length, or "
       "`after` with an event\n"},
      {"then",
       "retention { id: \"a\" categories: [\"log\"] keep: \"1d\" }\n"
       "retention { id: \"b\" categories: [\"log\"] keep: \"1d\" then: "
       "ANONYMIZE "
       "}\n"
       "retention { id: \"c\" categories: [\"log\"] keep: \"1d\" then: DELETE\n"
       " residue { becomes: \"stats\" whole {} } }\n"
       "retention { id: \"d\" categories: [\"log\"] keep: \"1d\" then: "
       "ANONYMIZE\n"
       " residue { categories: [\"account.email\"] whole {} } }",
       "p:1:1: retention `a` does not say what happens at its end; write "
       "`then: "
       "DELETE` or `then: ANONYMIZE`\n"
       "p:2:58: retention `b` anonymizes, and says nothing that stays; write a "
       "`residue` with `becomes`, or `then: DELETE`\n"
       "p:4:2: retention `c` deletes, and has a residue; write `then: "
       "ANONYMIZE`, or remove it\n"
       "p:6:2: a residue does not say what it becomes; write `becomes: \"…\"`: "
       "a "
       "category with a retention of its own\n"
       "p:6:25: retention `d` does not cover `account.email`; add it to "
       "`categories`, or remove the residue\n"},
      {"two obligations",
       "obligation { id: \"law\" }\n"
       "retention { id: \"a\" categories: [\"log\"] keep: \"1y\" then: DELETE "
       "obligation: \"tax\" }\n"
       "retention { id: \"b\" categories: [\"*\"] except_categories: "
       "[\"account\"] keep: \"1y\" then: DELETE\nobligation: \"law\" }",
       "p:4:13: category `log` is kept under two obligations, `tax` and `law`; "
       "split the category, or except it from one of the retentions\n"},
      {"events",
       "retention { id: \"a\" categories: [\"log\"] keep: \"1y\" then: "
       "DELETE after: [\"created\", \"withdrawn:ads\", "
       "\"objected:service\", \"withdrawn:x\", \"gone:ads\"] }",
       "p:1:73: `created` beside other events is not supported yet; write a "
       "retention for each, of which the earliest end counts\n"
       "p:1:121: purpose `x` is not declared; declare it\n"
       "p:1:136: `gone:ads` is no event; declare one, or write "
       "`withdrawn:<purpose>` or `objected:<purpose>`\n"},
  })));
}

TEST_CASE("A stored category without a retention does not load",
          "[policy][check][error]") {
  v1::Policy policy;
  policy.add_category()->set_id("log");
  policy.add_category()->set_id("kept");
  policy.add_retention()->add_categories("*");
  policy.mutable_retention(0)->add_except_categories("log");
  v1::Record* record = policy.add_record();
  record->add_field()->add_categories("kept");
  record->add_field()->add_categories("log");
  int found = 0;
  for (const Finding& finding : Check(policy)) {
    if (finding.message.find("no retention covers it") == std::string::npos) {
      continue;
    }
    ++found;
    CHECK(PathText(finding.path, *v1::Policy::descriptor()) ==
          "record[0].field[1].categories[0]");
  }
  CHECK(found == 1);
}

TEST_CASE("A permit that can never act is an error", "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"no actor",
       "purpose { id: \"p\" basis: CONTRACT }\n"
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"p\"] } "
       "}",
       "p:2:58: the permit can never act: no actor may claim purpose `p`; add "
       "it to `purposes` of an actor, or remove the permit\n"},
      {"no actor that it names",
       "actor { id: \"b\" }\n"
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: "
       "[\"service\"] actors: [\"b\"] } }",
       "p:2:58: the permit can never act: no actor that it names may claim "
       "purpose `service`; add it to `purposes` of an actor, or remove the "
       "permit\n"},
      {"no human",
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"*\"] "
       "except_purposes: \"sale\" by_humans: true } }",
       "p:1:58: the permit can never act: no actor that it names may claim any "
       "purpose; add it to `purposes` of an actor, or remove the permit\n"},
      {"ceiling of purposes",
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"ads\"] "
       "recipients: [\"host\"] } }",
       "p:1:78: recipient `host` may get nothing for `ads`: its ceiling leaves "
       "it out; add the purpose to `purposes` of the recipient, or write a "
       "permit for each\n"},
      {"ceiling of categories",
       "recipient { id: \"r\" role: PROCESSOR purposes: [\"ads\"] categories: "
       "[\"log\"] }\n"
       "rule { name: \"r\" permit { categories: [\"account\"] purposes: "
       "[\"ads\"] recipients: [\"r\"] } }",
       "p:2:82: recipient `r` may get no category of the permit: its ceiling "
       "leaves them out, or they are credentials; add one to `categories` of "
       "the recipient, or remove the permit\n"},
      {"credentials",
       "rule { name: \"r\" permit { flags: CREDENTIAL purposes: [\"service\"] "
       "recipients: [\"host\"] } }",
       "p:1:80: recipient `host` may get no category of the permit: its "
       "ceiling "
       "leaves them out, or they are credentials; add one to `categories` of "
       "the recipient, or remove the permit\n"},
      {"no such role",
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: "
       "[\"service\"] roles: [PROCESSOR, AUTHORITY] } }",
       "p:1:88: no recipient that the permit selects has the role AUTHORITY; "
       "declare one, or remove the role\n"},
      {"no category",
       "rule { name: \"r\" permit { categories: [\"log\"] flags: CREDENTIAL "
       "purposes: [\"service\"] } }",
       "p:1:18: the permit selects no category; correct its flags and "
       "exceptions, or remove it\n"},
      {"no purpose",
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: "
       "[\"service\"] kinds: LEGAL } }",
       "p:1:58: the permit selects no purpose by `service`; correct its kinds "
       "and exceptions, or remove it\n"},
      {"no basis",
       "purpose { id: \"p\" }\nactor { id: \"b\" purposes: \"p\" }\n"
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"p\"] } "
       "}\n"
       "rule { name: \"s\" permit { categories: [\"log\"] purposes: [\"p\"] } "
       "basis: CONSENT }",
       "p:3:58: purpose `p` has no basis; write `basis: CONTRACT`, or what it "
       "rests on, there or in the rule\n"},
      {"basis of automated decisions",
       "purpose { id: \"p\" kinds: AUTOMATED_DECISION basis: CONTRACT }\n"
       "actor { id: \"b\" purposes: \"p\" }\n"
       "rule { name: \"r\" permit { categories: [\"log\"] purposes: [\"p\"] } "
       "basis: CONSENT }",
       "p:3:72: purpose `p` of kind AUTOMATED_DECISION may not rest on "
       "`CONSENT`; GDPR art. 22 asks for CONTRACT, LEGAL_OBLIGATION or "
       "EXPLICIT_CONSENT\n"},
  })));
}

}  // namespace
}  // namespace privet::policy
