// SPDX-License-Identifier: Apache-2.0
//
// What decisions ask about a person, a request and a day; and conditions, as
// tests on the answers.

#ifndef PRIVET_POLICY_QUESTIONS_H_
#define PRIVET_POLICY_QUESTIONS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/bits.h"

namespace privet::policy {

using Question = std::uint32_t;

// In the order in which diagrams ask them: what many rules share comes first.
enum class About : std::uint8_t {
  kAgreement,   // with a recipient, in force that day
  kCase,        // the request has a case reference
  kListed,      // the request's list has all categories of the field
  kInstructed,  // the person told us to send data to a recipient
  kRestricted,
  kMinor,   // 0 no, 1 of a group that the policy does not name, then groups
  kKind,    // 0 none that the policy names, then kinds
  kRegion,  // 0 unknown, then classes of places
  kFact,    // 0 unknown, then values
  kNotice,
  kEvent,
  kObjection,  // to exactly this purpose or group
  kConsent,    // to exactly this purpose
};

// One question with a closed list of answers, of which answer 0 is "no" or
// "unknown".
struct QuestionInfo {
  About about;
  std::string name;                  // purpose, event, fact …; as declared
  std::vector<std::string> answers;  // from answer 1 on
  bool of_person = true;             // SubjectFacts has the answer
  bool may_be_unknown = false;       // answer 0 is "unknown"

  std::size_t size() const { return answers.size() + 1; }
};

// One question, and for which answers a line of a condition is yes or no; in
// neither: unknown.
struct Test {
  Question question = 0;
  Bits yes, no;
};

enum class Truth : std::uint8_t { kNo, kUnknown, kYes };

inline Truth TruthOf(const Test& test, std::uint32_t answer) {
  if (test.yes.Test(answer)) return Truth::kYes;
  return test.no.Test(answer) ? Truth::kNo : Truth::kUnknown;
}

// A line of a condition: one of the tests is enough. Without any: unknown.
struct Line {
  std::vector<Test> any;
};

// Every line must hold (Kleene: no if one is no, yes if all are yes).
struct Requirement {
  std::vector<Line> lines;
};

// Evaluates with `answer_of(Question) -> answer`.
template <typename AnswerOf>
Truth TruthOf(const Requirement& requirement, const AnswerOf& answer_of) {
  Truth all = Truth::kYes;
  for (const Line& line : requirement.lines) {
    Truth any = line.any.empty() ? Truth::kUnknown : Truth::kNo;
    for (const Test& test : line.any) {
      any = std::max(any, TruthOf(test, answer_of(test.question)));
    }
    all = std::min(all, any);
  }
  return all;
}

// The questions of a policy, each once.
class Questions {
 public:
  // Returns the question about `name`, adding it at first use.
  Question Ask(About about, std::string_view name,
               std::vector<std::string> answers, bool of_person = true,
               bool may_be_unknown = false);

  // Returns the question, or -1.
  int Find(About about, std::string_view name) const;

  std::size_t size() const { return infos_.size(); }
  const QuestionInfo& operator[](Question question) const {
    return infos_[question];
  }

  // Returns the test that `question` has one of `yes`; every other answer is
  // no, but "unknown".
  Test IsOneOf(Question question, const std::vector<std::string>& yes) const;
  // Returns the test that it has any answer but 0, for yes-or-no questions.
  Test Holds(Question question) const;
  // Returns the test that is yes where `test` is no, and no where it is yes.
  static Test Not(Test test) {
    std::swap(test.yes, test.no);
    return test;
  }

 private:
  std::vector<QuestionInfo> infos_;
  std::map<std::pair<About, std::string>, Question> index_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_QUESTIONS_H_
