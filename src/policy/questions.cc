// SPDX-License-Identifier: Apache-2.0

#include "policy/questions.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace privet::policy {

Question Questions::Ask(About about, std::string_view name,
                        std::vector<std::string> answers, bool of_person,
                        bool may_be_unknown) {
  const auto next = static_cast<Question>(infos_.size());
  const auto [entry, is_new] =
      index_.emplace(std::pair(about, std::string(name)), next);
  if (is_new) {
    infos_.push_back({about, std::string(name), std::move(answers), of_person,
                      may_be_unknown});
  }
  return entry->second;
}

int Questions::Find(About about, std::string_view name) const {
  const auto found = index_.find(std::pair(about, std::string(name)));
  return found == index_.end() ? -1 : static_cast<int>(found->second);
}

Test Questions::IsOneOf(Question question,
                        const std::vector<std::string>& yes) const {
  const QuestionInfo& info = infos_[question];
  Test test{question, Bits(info.size()), Bits(info.size())};
  if (!info.may_be_unknown) test.no.Set(0);
  for (std::size_t i = 0; i < info.answers.size(); ++i) {
    const bool is_yes =
        std::find(yes.begin(), yes.end(), info.answers[i]) != yes.end();
    (is_yes ? test.yes : test.no).Set(i + 1);
  }
  return test;
}

Test Questions::Holds(Question question) const {
  return IsOneOf(question, infos_[question].answers);
}

}  // namespace privet::policy
