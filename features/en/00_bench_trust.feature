Feature: The bench proves itself before it judges
  A bench with a broken cable must accuse itself, not the post.

  @S00 @fat @sat @nightly
  Scenario: The bench proves its relay, ears and clock before it judges
    Given the post is switched off
    Then the button contact closes and opens as commanded
    And the bench hears its own sound in its measuring microphone and in its loop-back
    And the operator's desk answers a request sent to itself
    And the post reacts to its mains and its fibre, and each lamp's sensor sees its own lamp
