Feature: Clock, names, addresses
  What the network gives a post may come late, not at all, or be another than yesterday: none of it may silence the post.

  @S39 @fat @nightly
  Scenario: Without a set clock the point still calls and logs true time later
    Given the post is ready
    And the operator answers after 1 s
    Then the post's next message to the supervision tells the time to within 1 s [T36]
    When the NTP server stops answering
    And the post is switched off
    And 10 s pass
    And the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 3 s pass
    And the operator hangs up
    And 1 min passes
    And the NTP server tells the right time again
    And 20 min pass
    Then the post's next message to the supervision tells the time to within 1 s [T36]
    When the NTP server tells a time 1 h ahead
    And the post is switched off
    And 10 s pass
    And the mains is switched on
    And 1 min passes
    And the NTP server tells the right time again
    And 20 min pass
    Then the post's next message to the supervision tells the time to within 1 s [T36]

  @S40 @fat @nightly
  Scenario: New address or dead name server does not silence the point
    Given the post is ready
    And the operator answers after 1 s
    And a talk with the operator is under way
    When the DHCP server gives the post another address
    Then the post is registered from its new address at most 15 s after it was given it [T20]
    When 12 s pass
    Then the talk goes on
    When the operator hangs up
    And 2 s pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    And both sides hear each other at most 500 ms after the answer [T04]
    When 3 s pass
    And the operator hangs up
    And the DHCP server stops answering
    And 5 min pass
    And the DHCP server answers again
    Then the post is registered at most 60 s after the DHCP server's return [T19]
    When 2 min pass
    And the DNS server names the backup server as the main one
    Then the post is registered with the server that DNS now names at most 60 s after its old answer expired [T19]
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 3 s pass
    And the operator hangs up
    And the DNS server names the main server as the main one again
    Then the post is registered with the server that DNS now names at most 60 s after its old answer expired [T19]
    When the DNS server stops answering
    And 5 min pass
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 3 s pass
    And the operator hangs up
    And the post is switched off
    And 10 s pass
    And the mains is switched on
    And 2 min pass
    And the DNS server answers 3 s late
    Then the post is registered at most 60 s after the DNS server's return [T19]
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
