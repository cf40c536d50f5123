import { Content, Page, ProxiedSignInPage } from '@backstage/core-components';
import {
  configApiRef,
  type SignInPageProps,
  useApi,
} from '@backstage/core-plugin-api';
import { Button, Card, CardBody, Container, Text } from '@backstage/ui';
import { useState } from 'react';
import styles from './SignInPage.module.css';

/** People of the demonstration, and what each shows. */
const PEOPLE = [
  {
    ref: 'user:default/robin.sommer',
    name: 'Robin Sommer',
    role: 'License administrator: sees everything, plans, takes back and restores',
  },
  {
    ref: 'user:default/clara.hoffmann',
    name: 'Clara Hoffmann',
    role: 'Head of Finance: approves what others plan',
  },
  {
    ref: 'user:default/maya.lindqvist',
    name: 'Maya Lindqvist',
    role: 'Head of Platform: sees the licenses of her group, hands back and answers for its people',
  },
  {
    ref: 'user:default/tomas.novak',
    name: 'Tomas Novak',
    role: 'Platform engineer: sees his own licenses, keeps or hands them back',
  },
];

const STORED_UNDER = 'demonstration-person';

/** Signs in as one of the people of the demonstration, again after a reload. */
export function SignInPage({ onSignInSuccess }: SignInPageProps) {
  const title = useApi(configApiRef).getString('app.title');
  const [person, setPerson] = useState(() =>
    localStorage.getItem(STORED_UNDER),
  );

  if (person !== null) {
    return (
      <ProxiedSignInPage
        provider="demonstration"
        headers={{ 'x-demonstration-person': person }}
        onSignInSuccess={identity => {
          localStorage.setItem(STORED_UNDER, person);
          onSignInSuccess({
            getProfileInfo: () => identity.getProfileInfo(),
            getBackstageIdentity: () => identity.getBackstageIdentity(),
            getCredentials: () => identity.getCredentials(),
            signOut: async () => {
              localStorage.removeItem(STORED_UNDER);
              await identity.signOut();
            },
          });
        }}
      />
    );
  }
  return (
    <Page themeId="home">
      <Content>
        <Container>
          <Text as="h1" variant="title-large">
            {title}
          </Text>
          <Text as="p" color="secondary">
            Choose who you are in this demonstration.
          </Text>
          <ul className={styles.people}>
            {PEOPLE.map(({ ref, name, role }) => (
              <li key={ref}>
                <Card className={styles.person}>
                  <CardBody>
                    <Text as="h2" variant="title-small">
                      {name}
                    </Text>
                    <Text as="p" color="secondary">
                      {role}
                    </Text>
                    <Button onPress={() => setPerson(ref)}>
                      Enter as {name}
                    </Button>
                  </CardBody>
                </Card>
              </li>
            ))}
          </ul>
        </Container>
      </Content>
    </Page>
  );
}
