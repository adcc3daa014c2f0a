#include <gtest/gtest.h>

#include "services/collector/model/world.hpp"
#include "services/collector/source/parser.hpp"
#include "tests/unit/collector_source/body_generator.hpp"

/// Good and damaged bodies all the way into a world. The seeds are fixed.
namespace watchtower::collector {
namespace {

using proto::Section;

/// A world that is fed with bodies of its sections, tick by tick.
class FedWorld {
public:
    FedWorld() { world_.name = "default"; }

    /// One page of a section. Whether it counts.
    bool take(Section section, std::string body) {
        return !parsers_[proto::index(section)].parse(body, reading_).error;
    }
    void fail(Section section) { input_.errors[proto::index(section)] = proto::SectionError::invalid_body; }

    std::string tick() {
        input_.timestamp = input_.tick += input_.interval;
        apply(world_, compare(world_, reading_, input_, {}));
        reading_.clear();
        input_.errors = {};
        return encode(*world_.state);
    }

private:
    std::array<SectionParser, proto::kSectionCount> parsers_{SectionParser(Section::nomads),
                                                             SectionParser(Section::resources),
                                                             SectionParser(Section::dwellings),
                                                             SectionParser(Section::pvp),
                                                             SectionParser(Section::events)};
    WorldMemory world_;
    Reading reading_;
    TickInput input_;
};

/// Two pages of a section, the second one damaged at times, to both worlds; to the other only when both pages count.
bool feed(Generator& generate, Section section, FedWorld& all, FedWorld& good_ones) {
    const std::string first = generate.body(section).dump();
    std::string second = generate.body(section).dump();
    if (generate.below(2) == 0) {
        generate.damage(second);
    }
    if (all.take(section, first) && all.take(section, second)) {
        good_ones.take(section, first);
        good_ones.take(section, second);
        return true;
    }
    all.fail(section);
    good_ones.fail(section);
    return false;
}

TEST(ReadingFuzz, CountsNothingOfASectionThatIsNotComplete) {
    Generator generate(11);
    int failures = 0;
    for (int round = 0; round < 40; ++round) {
        FedWorld fed_with_all;
        FedWorld fed_with_good_ones;
        for (int tick = 0; tick < 25; ++tick) {
            for (const Section section : proto::kSections) {
                failures += feed(generate, section, fed_with_all, fed_with_good_ones) ? 0 : 1;
            }
            ASSERT_EQ(fed_with_all.tick(), fed_with_good_ones.tick()) << "round " << round << ", tick " << tick;
        }
    }
    EXPECT_GT(failures, 500);
}

TEST(ReadingFuzz, EndsInAStateThatCanBeReadWhateverTheBytes) {
    Generator generate(12);
    FedWorld world;
    for (int tick = 0; tick < 300; ++tick) {
        for (const Section section : proto::kSections) {
            std::string body = generate.body(section).dump();
            for (std::size_t damages = generate.below(4); damages > 0; --damages) {
                generate.damage(body);
            }
            if (!world.take(section, body)) {
                world.fail(section);
            }
        }
        const std::string state = world.tick();
        ASSERT_EQ(encode(proto::decode_state(state)), state) << "tick " << tick;
    }
}

}  // namespace
}  // namespace watchtower::collector
