#include "eval/figures.hpp"

#include <gtest/gtest.h>

#include <set>

namespace dcgan::test {
namespace {

TEST(Figures, AreNamedOnceAndSayWhatTheyMeanAndWhichWayIsBetter) {
  std::set<std::string> names;
  for (const FigureRow* row : figure_rows()) {
    EXPECT_TRUE(names.insert(row->name).second) << row->name;
    EXPECT_FALSE(row->help.empty()) << row->name;
    EXPECT_NE(row->measure, nullptr) << row->name;
    EXPECT_TRUE((std::set<std::string>{"lower", "higher", "near 1"}.contains(row->better))) << row->name;
    EXPECT_EQ(&figure_named(row->name), row);
  }
  EXPECT_EQ(names.size(), 10u);
  EXPECT_THROW(figure_named("no-such-figure"), std::logic_error);
}

// Logs of runs have them in this order, and readers may rely on it.
TEST(Figures, OfRunsStandInTheOrderOfTheirLogs) {
  std::vector<std::string> names;
  std::set<int> places;
  for (const FigureRow* row : figure_rows_of_runs()) {
    names.push_back(row->name);
    EXPECT_TRUE(places.insert(row->in_runs).second) << row->name << " has the place of another";
  }
  EXPECT_EQ(names, (std::vector<std::string>{"kid", "diversity", "memorised", "kinds", "fitting"}));
}

TEST(Figures, ThatAreAddedAreThereAsLongAsTheyAreWanted) {
  const size_t before = figure_rows().size();
  {
    const AddedFigure added({.name = "new", .help = "h", .better = "lower"});
    EXPECT_EQ(figure_rows().size(), before + 1);
    EXPECT_EQ(figure_named("new").help, "h");
    EXPECT_THROW(AddedFigure({.name = "kid", .help = "h", .better = "lower"}), std::logic_error);
  }
  EXPECT_EQ(figure_rows().size(), before);
}

}  // namespace
}  // namespace dcgan::test
