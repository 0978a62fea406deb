/**
 * What is tried first: the words behind the passwords of published lists, and long sequences of the keyboard. Looked up
 * in small letters, with and without the digits and signs around them.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `password passwort passwd passphrase letmein letmeinnow welcome welcomeback admin administrator root toor superuser
   superadmin adminadmin rootroot qwerty qwertyuiop qwertyuiopasdfghjkl qwertyuiopasdf qwertyuiop123 qwertz qwertzuiop
   azerty azertyuiop asdfgh asdfghjkl asdfghjklzxcvbnm zxcvbnm zxcvbnmasdfghjkl qazwsx qazwsxedc qazwsxedcrfv
   qazwsxedcrfvtgb qazxswedcvfr 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qaz!qaz2wsx@wsx zaqxswcde zaq12wsxcde3 iloveyou
   iloveyouforever princess monkey dragon sunshine football baseball basketball master superman batman trustno1
   shadow michael jennifer jordan hunter ranger buster soccer hockey george andrew charlie thomas robert changeme
   changemenow changeit default secret topsecret supersecret secretsecret guest guestguest test testtest testtesttest
   testing tester demo demodemo user useruser username login loginlogin access accessgranted abcdef abcdefg abcdefgh
   abcdefghijkl abcdefghijklm abcabcabcabc passwordpassword mypassword mypasswordis thepassword newpassword
   oldpassword nopassword passwordone password1password correcthorsebatterystaple slipway slipwayslipway kubernetes
   kubernetesadmin cluster clusteradmin docker dockerdocker harbor harboradmin openstack vmware vmwarevmware cisco
   ciscocisco huawei huaweiadmin adminhuawei zte inspur sugon kylin kylinadmin redhat centos debian ubuntu linux
   linuxlinux oracle oracleoracle mysql mysqlmysql postgres postgresql redis mongodb jenkins gitlab grafana
   prometheus elastic nacosnacos woaini woainima woaiwojia woaizhongguo wodemima mima mimamima nihao nihaonihao
   zhongguo beijing shanghai guangzhou shenzhen aini5201314 computer computercomputer internet service support
   supportsupport operator operatoroperator manager system systemsystem sysadmin monitor backup security company
   companypassword summer winter spring autumn starwars pokemon freedom whatever nothing everything forever`
    .split(/\s+/)
    .concat(
      "123456789012 1234567890123 1234567890123456 123456123456 123123123123 112233445566 111222333444 000000000000 111111111111 123qweasdzxc 123qweasdzxcrfv 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i q1w2e3r4t5y6 0987654321098 098765432109 987654321098 147258369147 147258369000 a1b2c3d4e5f6 1a2b3c4d5e6f abc123abc123 abcd1234abcd abcd1234efgh aa123456aa123456 qwer1234qwer 1234qwer1234 1234qwerasdf qwerasdfzxcv asdf1234asdf zxcv1234zxcv qwe123qwe123 asd123asd123 p@ssw0rd1234 passw0rd1234 admin1234567 admin123admin admin@123456 admin12345678 root12345678 root@1234567 test12345678 user12345678 huawei@12345 welcome12345".split(
        " ",
      ),
    ),
);
