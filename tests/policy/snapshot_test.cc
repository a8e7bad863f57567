// SPDX-License-Identifier: Apache-2.0
//
// Names, fates and classes of a snapshot; and decisions from many threads.

#include "policy/snapshot.h"

#include <atomic>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "policy/naive_evaluator.h"
#include "policy/policy_fixture.h"
#include "policy/random_policy.h"
#include "policy/random_request.h"
#include "support/catch.h"
#include "support/property.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using policy::Operation;
using policy::Sealed;
using policy::Snapshot;

TEST_CASE("A name that was is the name that is", "[policy][snapshot]") {
  const PolicyUnderTest policy(R"(
    id: "shop" was: ["store", "kiosk"]
    category { id: "mail" was: ["letter", "email"] }
    purpose { id: "service" was: "delivery" basis: CONTRACT }
    actor { id: "web" purposes: "service" }
    recipient { id: "host" was: "cloud" role: THIRD_PARTY purposes: "service" }
    event { id: "closed" was: "left" }
    obligation { id: "tax" was: "duty" }
    record { type: "s.Order" was: "s.Purchase" }
    retention { id: "all" was: "everything" categories: "*" keep: "30d" after: "closed" obligation: "tax" }
    rule { name: "r" permit { categories: "*" purposes: "service" } unless { happened: "closed" } })");
  const Snapshot& snapshot = policy.snapshot();
  CHECK(snapshot.OldestName(Sealed::kPolicy, "") == "store");
  CHECK(snapshot.OldestName(Sealed::kCategory, "mail") == "letter");
  CHECK(snapshot.OldestName(Sealed::kCategory, "email") == "letter");
  CHECK(snapshot.OldestName(Sealed::kRecordType, "s.Order") == "s.Purchase");
  CHECK(snapshot.OldestName(Sealed::kRecipient, "host") == "cloud");
  CHECK(snapshot.OldestName(Sealed::kRetention, "all") == "everything");
  CHECK(snapshot.OldestName(Sealed::kEvent, "closed") == "left");
  CHECK(snapshot.OldestName(Sealed::kObligation, "tax") == "duty");
  CHECK(snapshot.OldestName(Sealed::kObligation, "none") == "none");
  CHECK(policy.CategoryOf("letter") == policy.CategoryOf("mail"));

  // A host built against the old header, a state written under it.
  Ask ask;
  ask.purpose = "delivery";
  ask.categories = {"email"};
  CHECK(policy.Permits(ask));
  ask.subject.happened = {"left"};
  CHECK_FALSE(policy.Permits(ask));

  const auto retention_class =
      snapshot.ClassOf(policy.CategoriesOf({"mail"}), policy::kUnknownRegion);
  REQUIRE_OK(retention_class);
  const policy::Period& period = (*retention_class)->periods.front();
  CHECK(period.id == "everything");
  CHECK(period.after == std::vector<std::string>{"left"});
  CHECK(period.obligation == "duty");
}

TEST_CASE("Fields lie together if the same rules for STORE and USE select them",
          "[policy][snapshot]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    category { id: "x" } category { id: "y" } category { id: "z" }
    rule { name: "serve" permit { categories: ["x", "y", "z", "data"] purposes: "service" }
           transform { categories: "y" truncate { characters: 3 } } }
    rule { name: "share" permit { categories: "x" purposes: "service" recipients: "host" } }
    rule { name: "no" forbid { categories: "z" operations: USE } when { restricted: YES } }
    retention { id: "short" categories: "other" keep: "1d" then: DELETE })");
  const auto fate = [&](const std::vector<std::string>& categories) {
    return policy.snapshot().FateOf(policy.CategoriesOf(categories));
  };
  CHECK(fate({"x"}) == fate({"y"}));  // neither forms nor shares split
  CHECK(fate({"x", "y"}) == fate({"y"}));
  CHECK(fate({"x"}) != fate({"z"}));
  CHECK(fate({"x", "z"}) != fate({"z"}));
  CHECK(fate({"x"}) != fate({"data"}));   // another flag
  CHECK(fate({"x"}) != fate({"other"}));  // another retention
}

TEST_CASE("A class hashes all retentions that cover, and says where from",
          "[policy][snapshot]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    retention { id: "closing" categories: "data" keep: "90d" after: "closed" then: DELETE }
    retention { id: "californian" categories: "data" subject_regions: "us-ca" keep: "1y" then: DELETE }
    retention { id: "books" categories: "other" keep: "7y" obligation: "tax" then: DELETE })");
  const Snapshot& snapshot = policy.snapshot();
  const auto class_of = [&](const std::vector<std::string>& categories,
                            const std::string& region) {
    return snapshot.ClassOf(policy.CategoriesOf(categories),
                            snapshot.RegionClassOf(region));
  };
  const auto german = class_of({"data"}, "de");
  REQUIRE_OK(german);
  // The text of docs/wire_format.md, written out.
  const std::string text =
      base::Info(std::string_view("privet/1/class"), std::string_view("all"),
                 std::string_view(""), std::string_view("30d"),
                 std::string_view(""),  // id, anchor, keep, obligation; twice
                 std::string_view("closing"), std::string_view("closed"),
                 std::string_view("90d"), std::string_view(""));
  CHECK((*german)->id == crypto::Id4(text));
  CHECK((*german)->periods.size() == 2);
  CHECK((*german)->Obligation().empty());

  const auto californian = class_of({"data"}, "us-ca");
  REQUIRE_OK(californian);
  CHECK((*californian)->periods.size() == 3);
  const auto unknown = class_of({"data"}, "");
  REQUIRE_OK(unknown);
  CHECK(*unknown == *californian);  // every retention covers
  const auto elsewhere = class_of({"data"}, "br");
  REQUIRE_OK(elsewhere);
  CHECK(*elsewhere == *german);

  const auto kept = class_of({"data", "other"}, "de");
  REQUIRE_OK(kept);
  CHECK((*kept)->Obligation() == "tax");
  CHECK(snapshot.Serves(PurposeId("claims"), "tax"));
  CHECK_FALSE(snapshot.Serves(PurposeId("service"), "tax"));
  CHECK_FALSE(snapshot.Serves(PurposeId("claims"), ""));

  SECTION("what no retention covers cannot be stored") {
    const PolicyUnderTest bare(R"(
      id: "bare" category { id: "data" }
      retention { id: "us" categories: "data" subject_regions: "us" keep: "1d" })");
    const auto categories = bare.CategoriesOf({"data"});
    REQUIRE_ERROR(bare.snapshot().ClassOf(categories,
                                          bare.snapshot().RegionClassOf("de")),
                  absl::StatusCode::kFailedPrecondition,
                  "no retention covers `data`");
    REQUIRE_OK(bare.snapshot().ClassOf(categories, policy::kUnknownRegion));
  }
  SECTION("two obligations make no class") {
    const PolicyUnderTest two(FramePolicy() + R"(
      obligation { id: "labour" }
      retention { id: "a" categories: "data" keep: "7y" obligation: "tax" then: DELETE }
      retention { id: "b" categories: "other" keep: "5y" obligation: "labour" then: DELETE })");
    REQUIRE_ERROR(
        two.snapshot().CheckField(two.CategoriesOf({"data", "other"})),
        absl::StatusCode::kInvalidArgument,
        "retentions `a` and `b` keep the same field for two obligations");
  }
}

TEST_CASE("One obligation may keep people of each region as long as its law",
          "[policy][snapshot]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    retention { id: "a" categories: "data" subject_regions: "de" obligation: "tax" keep: "10y" then: DELETE }
    retention { id: "b" categories: "data" subject_regions: "fr" obligation: "tax" keep: "6y" then: DELETE })");
  const Snapshot& snapshot = policy.snapshot();
  const auto data = policy.CategoriesOf({"data"});
  REQUIRE_OK(snapshot.CheckField(data));
  struct Case {
    const char* region;
    std::vector<std::string> ends;
  };
  const Case test = GENERATE(values<Case>({
      {"de", {"a"}},
      {"fr", {"b"}},
      {"us", {"all"}},
      {"", {"a", "b"}},  // unknown: every retention covers
  }));
  CAPTURE(test.region);
  const auto kept = snapshot.ClassOf(data, snapshot.RegionClassOf(test.region));
  REQUIRE_OK(kept);
  std::vector<std::string> ends;
  for (const policy::Period& period : (*kept)->periods) {
    if ((*kept)->Ends(period)) ends.push_back(period.id);
  }
  CHECK(ends == test.ends);
  const auto read = policy::RetentionClass::Parse((*kept)->Serialize());
  REQUIRE_OK(read);
  CHECK(read->id == (*kept)->id);
}

TEST_CASE("A stricter policy acts on old records, a laxer one never does",
          "[policy][snapshot]") {
  const PolicyUnderTest policy(FramePolicy());  // `all`: 30d
  const auto effective = [&](const std::string& id, const char* keep) {
    policy::Period sealed;
    sealed.id = id;
    sealed.keep = *base::Keep::Parse(keep);
    return policy.snapshot().EffectiveKeep(sealed).ToString();
  };
  CHECK(effective("all", "60d") == "30d");
  CHECK(effective("all", "7d") == "7d");
  CHECK(effective("gone", "60d") == "60d");
}

TEST_CASE("A retention that counts from elsewhere is another one for old data",
          "[policy][snapshot]") {
  // "Until the account is closed", where it was "a year from creation".
  const PolicyUnderTest policy(R"(
    id: "p" category { id: "c" }
    event { id: "closed" } event { id: "left" was: "gone" }
    retention { id: "a" categories: "c" keep: "0d" after: ["left", "closed"] })");
  const auto effective = [&](std::vector<std::string> after) {
    policy::Period sealed;
    sealed.id = "a";
    sealed.after = std::move(after);
    sealed.keep = *base::Keep::Parse("1y");
    return policy.snapshot().EffectiveKeep(sealed).ToString();
  };
  CHECK(effective({}) == "1y");
  CHECK(effective({"closed"}) == "1y");
  CHECK(effective({"closed", "gone"}) == "0d");
}

TEST_CASE("A class reads back what it wrote, and nothing else",
          "[policy][retention]") {
  policy::Period closing, books;
  closing.id = "closing";
  closing.after = {"closed", "left"};
  closing.keep = *base::Keep::Parse("90d");
  closing.anonymize = true;
  books.id = "books";
  books.keep = *base::Keep::Parse("7y");
  books.obligation = "tax";
  const auto made = policy::MakeRetentionClass({closing, books});
  REQUIRE_OK(made);
  CHECK(made->periods.front().id == "books");
  const std::string row = made->Serialize();
  const auto read = policy::RetentionClass::Parse(row);
  REQUIRE_OK(read);
  CHECK(read->id == made->id);
  CHECK(read->Serialize() == row);
  CHECK(read->periods.back().after == closing.after);
  CHECK(read->periods.back().anonymize);

  for (std::size_t size = 0; size < row.size(); ++size) {
    REQUIRE_ERROR(policy::RetentionClass::Parse(row.substr(0, size)),
                  absl::StatusCode::kDataLoss, "malformed");
  }
  REQUIRE_ERROR(policy::RetentionClass::Parse(row + '\0'),
                absl::StatusCode::kDataLoss, "malformed");
  books.id = "books 2";
  books.obligation = "tax";
  closing.obligation = "labour";
  REQUIRE_ERROR(policy::MakeRetentionClass({closing, books}),
                absl::StatusCode::kInvalidArgument, "two obligations");
}

TEST_CASE("People object to what the basis in force gives them",
          "[policy][snapshot]") {
  const PolicyUnderTest policy(R"(
    id: "p" category { id: "c" }
    purpose { id: "run" basis: CONTRACT }
    purpose { id: "run.plain" }
    purpose { id: "run.learn" }
    purpose { id: "run.asked" objectable: true }
    purpose { id: "mail" basis: CONSENT kinds: DIRECT_MARKETING }
    purpose { id: "guard" basis: PUBLIC_TASK }
    actor { id: "web" purposes: "*" }
    rule { name: "r" permit { categories: "c" purposes: "*" } }
    rule { name: "s" permit { categories: "c" purposes: "run.learn" }
           basis: LEGITIMATE_INTERESTS }
    rule { name: "t" forbid { categories: "c" purposes: "run.plain" } })");
  const auto may_object = [&](const char* purpose) {
    return policy.snapshot().MayObject(purpose);
  };
  CHECK_FALSE(may_object("run.plain"));
  CHECK(may_object("run.learn"));
  CHECK(may_object("run.asked"));
  CHECK(may_object("mail"));
  CHECK(may_object("guard"));
  CHECK_FALSE(may_object("gone"));
}

TEST_CASE("A kind of people is declared", "[policy][snapshot]") {
  const PolicyUnderTest policy(
      "id: \"p\" subject_kind { id: \"customer\" } subject_kind { id: "
      "\"applicant\" }");
  REQUIRE_OK(policy.snapshot().CheckSubjectKind("applicant"));
  REQUIRE_ERROR(policy.snapshot().CheckSubjectKind("aplicant"),
                absl::StatusCode::kInvalidArgument,
                "subject kind `aplicant` is not declared by the policy; did "
                "you mean `applicant`?");
}

TEST_CASE("What a request may say of itself", "[policy][snapshot]") {
  const PolicyUnderTest policy(FramePolicy());
  const auto check = [&](policy::RequestState request) {
    return policy.snapshot().CheckRequest(request);
  };
  REQUIRE_OK(check({{{"urgent", "yes"}}, "7", {"data", "account.email"}}));
  REQUIRE_ERROR(check({{{"urgend", "yes"}}, "", {}}),
                absl::StatusCode::kInvalidArgument, "fact `urgend`");
  REQUIRE_ERROR(check({{{"urgent", "secret"}}, "", {}}),
                absl::StatusCode::kInvalidArgument, "it has `yes` or `no`");
  CHECK_THAT(std::string(check({{{"urgent", "secret"}}, "", {}}).message()),
             !ContainsSubstring("secret"));
  REQUIRE_ERROR(check({{{"plan", "paid"}}, "", {}}),
                absl::StatusCode::kInvalidArgument, "about the subject");
  REQUIRE_ERROR(check({{{"urgent", "yes"}, {"urgent", "no"}}, "", {}}),
                absl::StatusCode::kInvalidArgument, "`urgent` is given twice");
  REQUIRE_ERROR(check({{}, "7", {"account"}}),
                absl::StatusCode::kInvalidArgument, "is a group");
}

TEST_CASE("What a host may say of a person", "[policy][snapshot]") {
  const PolicyUnderTest policy(FramePolicy());
  const auto check =
      [&](const std::string& region, const std::string& kind,
          std::vector<std::pair<std::string, std::string>> facts) {
        policy::SubjectState person;
        person.region = region;
        person.kind = kind;
        person.facts = std::move(facts);
        return policy.snapshot().CheckPerson(person);
      };
  REQUIRE_OK(check("", "", {}));
  REQUIRE_OK(check("br", "customer", {{"plan", "paid"}}));
  REQUIRE_ERROR(check("Atlantis", "", {}), absl::StatusCode::kInvalidArgument,
                "region of a person is one place");
  CHECK_THAT(std::string(check("Atlantis", "", {}).message()),
             !ContainsSubstring("Atlantis"));
  REQUIRE_ERROR(check("", "ghost", {}), absl::StatusCode::kInvalidArgument,
                "subject kind `ghost`");
  REQUIRE_ERROR(check("", "", {{"urgent", "yes"}}),
                absl::StatusCode::kInvalidArgument, "about a request");
  REQUIRE_ERROR(check("", "", {{"plan", "secret"}}),
                absl::StatusCode::kInvalidArgument, "a value of fact `plan`");
  REQUIRE_ERROR(check("", "", {{"plan", "paid"}, {"plan", "paid"}}),
                absl::StatusCode::kInvalidArgument, "`plan` is given twice");
}

TEST_CASE("A policy that asks more than a word holds says so",
          "[policy][snapshot]") {
  std::string text = FramePolicy() + R"(fact { id: "huge" about: SUBJECT )";
  for (int i = 0; i < 600; ++i)
    text += "values: \"v" + std::to_string(i) + "\" ";
  text += "}";
  for (int i = 0; i < 600; ++i) {
    text += "rule { name: \"r" + std::to_string(i) +
            "\" permit { categories: \"data\" purposes: \"service\" } when { "
            "fact { id: \"huge\" any_of: \"v" +
            std::to_string(i) + "\" } } }";
  }
  const auto snapshot = Snapshot::Compile(ParsePolicy(text));
  REQUIRE_ERROR(snapshot, absl::StatusCode::kInvalidArgument,
                "one decision depends on 602 answers");
}

TEST_CASE("A large list of values within the word is walked, and is right",
          "[policy][snapshot]") {
  std::string text = FramePolicy() + R"(fact { id: "huge" about: SUBJECT )";
  for (int i = 0; i < 400; ++i)
    text += "values: \"v" + std::to_string(i) + "\" ";
  text += "}";
  for (int i = 0; i < 400; ++i) {
    text += "rule { name: \"r" + std::to_string(i) +
            "\" permit { categories: \"data\" purposes: \"service\" } when { "
            "fact { id: \"huge\" any_of: \"v" +
            std::to_string(i) + "\" } } transform { truncate { characters: " +
            std::to_string(1 + i % 7) + " } } }";
  }
  const PolicyUnderTest policy(text);
  for (int i = 0; i < 400; ++i) {
    Ask ask;
    ask.subject.facts = {{"huge", "v" + std::to_string(i)}};
    REQUIRE(policy.Decide(ask) ==
            "truncate { characters: " + std::to_string(1 + i % 7) + " }");
  }
}

TEST_CASE("Contexts come into being under many threads at once",
          "[policy][snapshot][threads]") {
  Random random(PropertySeed(7));
  RandomPolicyOptions options;
  options.categories = 12;
  options.actors = 5;
  options.recipients = 8;
  options.rules = 25;
  const PolicyUnderTest policy(
      std::make_shared<v1::Policy>(RandomPolicy(options, &random)));
  const NaiveEvaluator naive(policy.message());
  constexpr int kThreads = 4;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      // Two threads each draw the same requests, so that first uses collide.
      Random own(static_cast<std::uint64_t>(t / 2));
      const Snapshot& snapshot = policy.snapshot();
      for (int i = 0; i < 400; ++i) {
        const NaiveRequest request =
            RandomRequest(naive, policy.message(), &own);
        const auto context = snapshot.FindContext(
            static_cast<Operation>(request.operation),
            ActorId::FromText(request.actor),
            request.purpose.empty() ? PurposeId()
                                    : PurposeId::FromText(request.purpose),
            request.recipient.empty()
                ? RecipientId()
                : RecipientId::FromText(request.recipient),
            RegionId::FromText(request.region), request.record_type);
        if (!context.ok()) {
          ++wrong;
          continue;
        }
        std::vector<policy::Category> categories;
        for (const std::string& name : request.categories) {
          categories.push_back(*snapshot.FindCategory(name));
        }
        std::sort(categories.begin(), categories.end());
        const policy::Word word = (*context)->MakeWord(
            snapshot.FactsOf(request.subject), request.request, request.day);
        const policy::Verdict verdict =
            (*context)->Evaluate(*(*context)->NodeOf(categories), word);
        if (verdict.permitted != naive.Decide(request).permitted) ++wrong;
        if (i % 16 == 0) {
          snapshot.HasGround(categories, snapshot.FactsOf(request.subject));
          snapshot.Explain(**context, categories, word);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace privet::testing
